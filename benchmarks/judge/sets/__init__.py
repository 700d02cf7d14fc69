"""Test sets; each module adds its own as ``SETS``."""
