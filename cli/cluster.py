"""Options of commands whose blocks can be done by the workers of a Dask cluster."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from keras_stem.errors import KerasStemError

if TYPE_CHECKING:
    from distributed import Client

DASK = click.option(
    "--dask",
    "scheduler",
    metavar="ADDRESS",
    help="Let the workers of a running Dask scheduler do the work, such as tcp://10.0.0.1:8786. They see the "
    "files under the same paths.",
)
WORKERS = click.option(
    "--workers",
    type=click.IntRange(1),
    help="Do the work by this number of processes of this computer, each with one thread, instead of one "
    "process with all.",
)


def cluster_options(command: Callable) -> Callable:
    """Add ``--dask`` and ``--workers`` to a command."""
    return DASK(WORKERS(command))


@contextlib.contextmanager
def cluster(scheduler: str | None, workers: int | None = None) -> "Iterator[Client | None]":
    """Yield the client of the cluster that the options select, or None without either.

    Raises
    ------
    click.UsageError
        If both options are given.
    KerasStemError
        If there is no scheduler, or Dask's part for clusters is not installed.
    """
    if scheduler is not None and not scheduler.strip():
        raise click.UsageError("--dask expects the address of a scheduler, found an empty one.")
    if scheduler and workers:
        raise click.UsageError("--dask and --workers exclude each other.")
    if not (scheduler or workers):
        yield None
        return
    try:
        from keras_stem.cluster.connection import connected
    except ImportError as error:
        raise KerasStemError(
            "Clusters need Dask's distributed; install it with pip install 'keras_stem[distributed]'."
        ) from error
    with connected(scheduler, workers, lambda line: click.echo(line, err=True)) as client:
        yield client
