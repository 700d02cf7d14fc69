"""Beam and detector, which determine diffraction patterns."""
