"""Throughput of two worker processes against one process with two threads, and memory against the scan.

python cluster.py            # 20,000 patterns of 128 x 128 pixels
python cluster.py --memory   # memory of client and workers, 10,000 against 100,000 patterns of 64 x 64 pixels
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client
from simulation import untrained

from keras_stem.cluster.connection import connected
from keras_stem.indexing.settings import Matching
from keras_stem.inference.scan_map import predict_map
from keras_stem.models.orientation_model import OrientationModel, load_keras_file
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan
from keras_stem.workflow.match import match_scan

GOAL, GOAL_MEMORY = 0.85, 1.1


@contextmanager
def simulated(shape: tuple[int, int], pixels: int) -> Iterator[tuple[Scan, OrientationModel]]:
    """Yield a scan and an untrained model that was loaded from a file, with a state folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        path, file = Path(folder, "scan.h5"), Path(folder, "model.keras")
        simulate_scan(path, Simulation(polycrystal=Polycrystal(shape, 50), camera=Camera(pixels)))
        with Scan(path) as scan:
            untrained(scan, "float32").save(file)
            yield scan, load_keras_file(file)


def work(scan: Scan, model: OrientationModel) -> dict[str, Callable[[Client | None], object]]:
    """Return the work by name, as a function of a client."""
    phase = scan.phase
    return {
        "label match": lambda client: match_scan(scan, [phase], Matching(), client=client),
        "map --refine": lambda client: predict_map(model, scan, refine="quick", client=client),
    }


def seconds(function: Callable[[], object]) -> float:
    """Return the seconds that a function takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def throughput() -> None:
    """Print the throughput of two workers, after a small scan has made them ready, and with their start."""
    with simulated((20, 20), 128) as small, simulated((100, 200), 128) as large:
        for name in work(*small):
            warm, real = work(*small)[name], work(*large)[name]
            warm(None)
            alone = seconds(lambda: real(None))  # noqa: B023
            start = time.perf_counter()
            with connected(workers=2) as client:
                warm(client)
                begun = time.perf_counter() - start
                found = seconds(lambda: real(client))  # noqa: B023
            count = len(large[0])
            print(
                f"{name}: {alone / found:.2f} of the throughput of one process (goal {GOAL}); "
                f"{count / found:.0f} against {count / alone:.0f} patterns/s; start {begun:.0f} s",
                flush=True,
            )


def memory() -> None:
    """Print how the largest memory of the client and of the workers grows with the scan."""
    for rows in (50, 500):
        with simulated((rows, 200), 64) as scan, connected(workers=2) as client:
            for name, function in work(*scan).items():
                function(client)
                peaks = client.run(_peak)
                print(
                    f"{len(scan[0])} patterns, {name}: client {_peak():.0f} MiB, "
                    f"workers {max(peaks.values()):.0f} MiB at most",
                    flush=True,
                )
    print(f"(goal: at most {GOAL_MEMORY} times)")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", action="store_true")
    memory() if parser.parse_args().memory else throughput()


if __name__ == "__main__":
    main()
