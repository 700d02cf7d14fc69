"""Phases, symmetry, Euler angles and disorientation, based on orix."""
