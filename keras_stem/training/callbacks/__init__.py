"""Keras callbacks of the training."""
