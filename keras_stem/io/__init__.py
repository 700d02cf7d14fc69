"""Orientation map files of other programs, with one module per format."""
