"""Time of a training whose tracking server fails or works, against that with a local store.

python tracking.py
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # servers that fail

from tracking_server import Address, failing_server, free_port, hanging_server, mlflow_server

from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Simulation, simulate_scan
from keras_stem.tracking.run import TrackedRun
from keras_stem.training.options import paper_recipe
from keras_stem.training.recipe import Recipe
from keras_stem.workflow.fit import fit

GOAL, EPOCHS = 1.1, 24

REST = 30
"""Time after which the processes of a server have started (s)."""


@contextmanager
def stopping_server(port: int) -> Iterator[str]:
    """Yield the URI of a server that stops after half of the epochs."""
    log_epoch = TrackedRun.log_epoch
    address = Address(port)
    address.start()

    def log(run: TrackedRun, epoch: int, logs: dict[str, float]) -> None:
        log_epoch(run, epoch, logs)
        if epoch == EPOCHS // 2:
            address.stop()

    TrackedRun.log_epoch = log
    try:
        yield address.uri
    finally:
        TrackedRun.log_epoch = log_epoch
        address.stop()


def timed(scan: Path, recipe: Recipe, uri: str) -> float:
    """Return the seconds of a training with a store."""
    os.environ["MLFLOW_TRACKING_URI"] = uri
    start = time.perf_counter()
    fit(scan, recipe)
    return time.perf_counter() - start


def main() -> None:
    """Print the time with a local store, which is new as is the spool of each server, and with servers."""
    with tempfile.TemporaryDirectory() as name, mlflow_server(Path(name)) as port:
        os.environ["XDG_STATE_HOME"] = name
        scan = Path(name, "scan.h5")
        recipe = replace(paper_recipe(), max_epochs=EPOCHS, score_every=4, stop="never")
        simulate_scan(scan, Simulation(polycrystal=Polycrystal((60, 60), 30)))
        timed(scan, recipe, f"sqlite:///{name}/warm/mlflow.db")
        time.sleep(REST)
        local = timed(scan, recipe, f"sqlite:///{name}/local/mlflow.db")
        print(f"local store: {local:.1f} s", flush=True)
        with failing_server(500) as failing, hanging_server() as hanging:
            absent = f"http://127.0.0.1:{free_port()}"
            for state, uri in (("absent", absent), ("answers with errors", failing), ("hangs", hanging)):
                tell(state, timed(scan, recipe, uri), local)
        with stopping_server(port) as uri:
            tell("stops in the middle", timed(scan, recipe, uri), local)
        tell("works, and takes the run", timed(scan, recipe, f"http://127.0.0.1:{port}"), local)


def tell(state: str, took: float, local: float) -> None:
    """Print the time of a training relative to that with a local store."""
    print(f"server {state}: {took:.1f} s, {took / local:.2f} of a local store (goal {GOAL})", flush=True)


if __name__ == "__main__":
    main()
