"""Command line of keras_stem, with one module per command."""
