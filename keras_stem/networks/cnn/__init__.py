"""Convolutional network of Wissel et al."""
