"""Orientation models: Keras models that map diffraction patterns to orientations, and their cards."""
