"""Microstructure analysis of orientation maps."""
