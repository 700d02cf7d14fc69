"""From patterns to orientations: predict, verify by simulation, refine, and say how sure the answers are.

Steps work on blocks of patterns, a block in and a table out, and know nothing of files.
"""
