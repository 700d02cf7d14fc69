"""Studies: the same training with many options."""
