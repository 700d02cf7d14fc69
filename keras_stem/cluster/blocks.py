"""Results of the blocks of a task, in their order, from all workers of a cluster."""

import contextlib
import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from distributed import CancelledError, Client, Future, KilledWorker, as_completed
from distributed.comm import CommClosedError

from keras_stem.cluster.task import Task, work
from keras_stem.errors import KerasStemError, reason_of

AHEAD = 3
"""Number of blocks per thread that are at the workers. Results that are waited for are in their memory."""

_GONE = (CancelledError, CommClosedError, OSError, TimeoutError)
"""What Dask raises when there is no scheduler any more."""

LOST = (
    "The scheduler is gone. Start it again, and give the same command; label match and map go on with what "
    "is done."
)


def results_of(client: Client, task: Task, blocks: Iterable[Any]) -> Iterator[Any]:
    """Yield the results of a task for blocks, in their order.

    The blocks of a worker that dies are repeated by others. What was sent is cancelled when the iteration
    ends early, by an error or by Ctrl-C.

    Parameters
    ----------
    client
        Client of the cluster.
    task
        The task.
    blocks
        Picklable blocks.

    Raises
    ------
    KerasStemError
        If a worker cannot do the task, several workers die of one block, or the scheduler is gone.
    """
    packed, coming, sent = pickle.dumps(task), iter(blocks), deque[Future]()
    try:
        client.wait_for_workers(1)
        while True:
            wanted = max(AHEAD * sum(client.nthreads().values()), 1)  # 0 threads while workers restart
            following = islice(coming, max(wanted - len(sent), 0))
            sent.extend(client.submit(work, packed, block, pure=False) for block in following)
            if not sent:
                return
            yield sent.popleft().result()
    except KilledWorker as error:
        raise KerasStemError(
            "Several workers died of one block of patterns, probably because their memory was not enough."
        ) from error
    except _GONE as error:
        raise KerasStemError(LOST) from error
    finally:
        with contextlib.suppress(*_GONE):
            if sent and client.status == "running":
                client.cancel(list(sent), force=True)


def completed_of(
    client: Client, task: Task, items: Mapping[str, Any]
) -> Iterator[tuple[str, Any | KerasStemError]]:
    """Yield the results of a task for items of long work, in the order in which they are completed.

    Parameters
    ----------
    client
        Client of the cluster.
    task
        The task.
    items
        Picklable items by name.

    Yields
    ------
    tuple of str and object
        Name and result of an item; the error if a worker cannot do it, or several die of it.

    Raises
    ------
    KerasStemError
        If the scheduler is gone.
    """
    packed = pickle.dumps(task)
    sent = {client.submit(work, packed, item, pure=False): name for name, item in items.items()}
    try:
        for future in as_completed(sent):
            yield sent[future], _result(future)
            future.release()  # results may be large
    except _GONE as error:
        raise KerasStemError(LOST) from error
    finally:
        with contextlib.suppress(*_GONE):
            if client.status == "running":
                client.cancel([future for future in sent if not future.done()], force=True)


def _result(future: Future) -> Any | KerasStemError:
    try:
        return future.result()
    except KerasStemError as error:
        return error
    except KilledWorker:
        return KerasStemError("Several workers died of it, probably because their memory was not enough.")
    except _GONE:
        raise
    except Exception as error:  # such as out of memory; the other items go on
        return KerasStemError(f"{type(error).__name__}: {reason_of(error)}")
