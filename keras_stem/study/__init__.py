"""Studies: comparisons of one training under varied options."""
