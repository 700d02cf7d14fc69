"""Networks from diffraction patterns to orientations."""
