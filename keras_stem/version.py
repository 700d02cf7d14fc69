"""Package version, which setup.cfg reads without importing other modules."""

__version__ = "0.1.0"
