"""Workflows: the operations of the commands as functions, which can be called from a notebook.

This package may import from all others; the others do not import from it.
"""
