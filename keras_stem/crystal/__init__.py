"""Phases, symmetry, Euler angles and disorientation, on orix."""
