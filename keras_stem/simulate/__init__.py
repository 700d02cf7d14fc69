"""Simulation of diffraction patterns and polycrystal scans with ground truth, based on diffsims."""
