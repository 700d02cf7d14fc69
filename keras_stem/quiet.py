"""Suppression of terminal output of libraries."""

import logging
import os
import warnings


def silence_libraries() -> None:
    """Suppress warnings and log messages of all libraries for the rest of the process.

    Only for command-line programs: code that imports the package keeps its own filters and loggers.
    Everything that a user can act on is reported by errors and messages of this package, not by warnings.
    """
    # Libraries change filters and levels on import and when they warn, so these are not used.
    warnings.showwarning = _show_nothing
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # of worker processes


def show_all_of_libraries() -> None:
    """Show all warnings of libraries, including those for developers, for the rest of the process."""
    warnings.simplefilter("default")


def _show_nothing(*warning: object, **where: object) -> None:
    pass
