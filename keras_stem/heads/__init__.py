"""Heads: how an orientation is represented for a network, one module each."""
