"""Methods; each module adds its own as ``METHODS``."""
