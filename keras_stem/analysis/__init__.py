"""From an orientation map to the microstructure."""
