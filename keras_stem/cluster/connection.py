"""Connection to a running Dask scheduler, or to a cluster of processes of this computer."""

import contextlib
import os
from collections.abc import Callable, Iterator

from distributed import Client, LocalCluster

from keras_stem.errors import KerasStemError

SECONDS = 10
"""Time after which a scheduler that does not answer is said to be absent."""

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "LOKY_MAX_CPU_COUNT",
)


@contextlib.contextmanager
def connected(
    address: str | None = None, workers: int | None = None, tell: Callable[[str], None] = lambda line: None
) -> Iterator[Client]:
    """Connect to a scheduler, or start processes on this computer and end them at the end.

    Parameters
    ----------
    address
        Address of a running scheduler, such as "tcp://10.0.0.1:8786".
    workers
        Number of processes to start where no address is given; each has one thread.
    tell
        Function that is called with a line for the user: the address of the dashboard.

    Yields
    ------
    distributed.Client

    Raises
    ------
    KerasStemError
        If there is no scheduler at the address.
    """
    with _client(address) if address else _local(workers or os.cpu_count() or 1) as client:
        if not client.nthreads():
            tell(f"Waiting for workers of {address}.")
        if "dashboard" in client.scheduler_info().get("services", {}):
            tell(f"Dashboard: {client.dashboard_link}")
        yield client


@contextlib.contextmanager
def _client(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=SECONDS)
    except (OSError, TimeoutError, TypeError, ValueError, AssertionError) as error:
        raise KerasStemError(f"Expected a running Dask scheduler, found none at {address}.") from error
    with client:
        yield client


@contextlib.contextmanager
def _local(workers: int) -> Iterator[Client]:
    threads = dict.fromkeys(_THREADS, "1")
    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        env=threads,
        preload=["keras_stem.cluster.worker"],
    )
    with cluster, Client(cluster) as client:
        yield client
