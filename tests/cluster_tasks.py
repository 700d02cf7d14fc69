"""Tasks for the tests of clusters. Not a test itself."""

import errno
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class Squares:
    """Squares of numbers; each call leaves a mark in a folder, as does each preparation."""

    folder: str
    seconds: float = 0.0

    def ready(self):
        Path(self.folder, f"ready-{os.getpid()}-{time.monotonic_ns()}").touch()

        def square(number):
            time.sleep(self.seconds * (number % 3))
            Path(self.folder, f"done-{number}").touch()
            return number**2

        return square


@dataclass(frozen=True)
class DiesOnce:
    """Kill the worker at the number 3, the first time."""

    folder: str

    def ready(self):
        def square(number):
            mark = Path(self.folder, "died")
            if number == 3 and not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return number**2

        return square


@dataclass(frozen=True)
class Missing:
    """Fail as a worker does that does not see a file."""

    def ready(self):
        raise KerasStemError("Expected a scan, found nothing at /no/scan.h5.")


@dataclass(frozen=True)
class Denied:
    """Fail as a worker does that may not read a file."""

    def ready(self):
        raise PermissionError(errno.EACCES, "Permission denied", "/no/scan.h5")
