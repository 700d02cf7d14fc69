"""The Swin transformer."""
