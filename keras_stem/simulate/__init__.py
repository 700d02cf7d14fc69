"""Patterns and polycrystal scans with known truth, on diffsims."""
