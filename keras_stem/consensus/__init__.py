"""Consensus: one answer for a whole map, where neighbours decide what a pattern alone cannot tell apart.

Each position has candidates: refined orientations, with the evidence for each from its own pattern. Belief
propagation over the grid finds which of them continue across neighbours (`keras_stem.consensus.belief`).
Connected positions are fragments of grains; their positions try each other's orientations
(`keras_stem.consensus.trials`), fragments that one orientation explains are joined, and the evidence of
all positions of a grain decides between its orientations (`keras_stem.consensus.joining`). Nothing is
averaged: each answer is an orientation refined to the pattern of its own position.
"""
