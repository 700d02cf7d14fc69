"""A scheduler and workers that are started by hand, as on a cluster. Not a test itself."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Processes:
    """The processes, and the address of the scheduler."""

    scheduler: subprocess.Popen
    workers: list[subprocess.Popen]
    address: str


@contextlib.contextmanager
def started(folder: Path, workers: int) -> Iterator[Processes]:
    """Start a scheduler and workers in a folder, and end them."""
    scheduler, address = _scheduler(folder)
    running = Processes(scheduler, [_worker(folder, address, name) for name in range(workers)], address)
    try:
        yield running
    finally:
        for process in (*running.workers, scheduler):
            process.terminate()
            process.wait(timeout=30)
        scheduler.stderr.close()


def _scheduler(folder: Path) -> tuple[subprocess.Popen, str]:
    places = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
    program = [sys.executable, "-m", "distributed.cli.dask_scheduler", *places]
    scheduler = subprocess.Popen(program, stderr=subprocess.PIPE, text=True, cwd=folder)
    for line in scheduler.stderr:
        if found := re.search(r"Scheduler at:\s+(tcp://\S+)", line):
            return scheduler, found[1]
    raise AssertionError("the scheduler did not start")


def _worker(folder: Path, address: str, name: int) -> subprocess.Popen:
    own = folder / f"worker{name}"
    own.mkdir()
    options = ("--nthreads", "1", "--no-dashboard", "--no-nanny", "--name", str(name))
    program = [sys.executable, "-m", "distributed.cli.dask_worker", address, *options]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "MPLBACKEND": "Agg"}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(program, cwd=own, env=environment, **silent)
