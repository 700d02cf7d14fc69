"""Export of orientation maps."""
