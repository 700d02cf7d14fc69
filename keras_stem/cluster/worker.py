"""Set-up of the processes that are started on this computer."""

import signal
from typing import Any

from keras_stem.quiet import silence_libraries


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C, which a terminal sends to all of its processes, to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    silence_libraries()
