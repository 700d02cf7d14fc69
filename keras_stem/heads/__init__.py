"""Heads: representations of orientations with their losses and decoders, one module each."""
