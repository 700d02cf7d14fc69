"""Libraries that write into the terminal, kept from it."""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator

from keras_stem.environment import writable_home


def silence_libraries() -> None:
    """Keep warnings and log messages of all libraries out of the terminal, for the rest of the process.

    For a program of its own only: who imports the package keeps the filters and loggers that they have set.
    What a user can act on is not left to warnings; it is said by errors and lines of ours.
    """
    # Libraries change filters and levels when they are imported and when they warn, so these are left alone.
    warnings.showwarning = _show_nothing
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # of worker processes


def show_all_of_libraries() -> None:
    """Show every warning of libraries, those for developers too, for the rest of the process."""
    warnings.simplefilter("default")


def _show_nothing(*warning: object, **where: object) -> None:
    pass


@contextlib.contextmanager
def without_progress_bars() -> Iterator[None]:
    """Keep HyperSpy's progress bars to itself."""
    with writable_home():  # HyperSpy keeps its settings there
        import hyperspy.api as hs

    shown = hs.preferences.General.show_progressbar
    hs.preferences.General.show_progressbar = False
    try:
        yield
    finally:
        hs.preferences.General.show_progressbar = shown
