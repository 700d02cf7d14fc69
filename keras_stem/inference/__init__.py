"""Inference: prediction, verification by the expected spots, refinement and uncertainty of orientations.

Each step maps a block of patterns in memory to a table of results and is independent of files.
"""
