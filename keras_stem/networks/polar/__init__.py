"""Polar network, which is equivariant under rotations about the beam."""
