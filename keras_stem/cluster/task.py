"""Tasks that workers make ready once and call with many blocks."""

import functools
import pickle
from collections.abc import Callable
from typing import Any, Protocol

from distributed import get_worker

from keras_stem.errors import KerasStemError, reason_of


class Task(Protocol):
    """Picklable description of work on blocks."""

    def ready(self) -> Callable[[Any], Any]:
        """Return the function of a block, after loading models.

        Scan files are opened for each block, so that workers never keep others from writing to them.

        Raises
        ------
        KerasStemError
            If a file is not there.
        """
        ...


def work(packed: bytes, block: Any) -> Any:
    """Return the result of a task for a block, on a worker.

    Parameters
    ----------
    packed
        The pickled task.
    block
        The block.

    Raises
    ------
    KerasStemError
        If the task fails in a way that the user can correct. The message names the worker.
    """
    try:
        return _ready(packed)(block)
    except KerasStemError as error:
        raise KerasStemError(f"Worker {get_worker().address}: {error}") from error
    except OSError as error:  # the client would take it for a failure of its connection
        place = f" ({error.filename})" if error.filename else ""
        reason = error.strerror or reason_of(error)
        raise KerasStemError(f"Worker {get_worker().address}: {reason}{place}.") from error


@functools.lru_cache(maxsize=2)
def _ready(packed: bytes) -> Callable[[Any], Any]:
    return pickle.loads(packed).ready()
