"""HyperSpy without progress bars and warnings of its own."""

import contextlib
import logging
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_hyperspy() -> Iterator[None]:
    """Keep HyperSpy's progress bars, and its warnings about axes and moved functions, to itself."""
    import hyperspy.api as hs

    shown, level = hs.preferences.General.show_progressbar, logging.getLogger("hyperspy").level
    hs.preferences.General.show_progressbar = False
    hs.set_log_level("ERROR")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        hs.preferences.General.show_progressbar = shown
        hs.set_log_level(level)
