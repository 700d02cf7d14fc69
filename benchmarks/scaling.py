"""Model of the cost of large scans on clusters, fitted to measurements with one and with two workers.

python scaling.py

The time of ``kstem label match`` for n patterns on p workers is modelled as s + n max(a / p, b): the start,
the work of the workers, and what the client and the scheduler do for each block meanwhile. s and a are fitted
to scans of two sizes with one and two workers, b is measured with workers that answer at once.
"""

import tempfile
from pathlib import Path

import numpy as np
from cluster import seconds, simulated, work
from distributed import Client
from ready_task import Ready

from keras_stem.block_store import BlockStore, blocks_of
from keras_stem.cluster.blocks import results_of
from keras_stem.cluster.connection import connected
from keras_stem.indexing.settings import Matching
from keras_stem.scan.scan import Scan
from keras_stem.workflow.match_blocks import BLOCK_PATTERNS, BlockMatcher, MatchTask

PIXELS, ROWS = 128, (20, 60)
COUNTS, WORKERS = (10**6, 10**7, 10**8, 10**9), (1, 32, 1000)


def measured_work() -> tuple[float, float]:
    """Return the start (s) and the work of a worker per pattern (s), and print the measurements."""
    rows = []
    first, last = ((rows, 200) for rows in ROWS)
    with (
        simulated((20, 20), PIXELS) as small,
        simulated(first, PIXELS) as few,
        simulated(last, PIXELS) as many,
    ):
        for workers in (1, 2):
            with connected(workers=workers) as client:
                work(*small)["label match"](client)
                for scan in (few, many):
                    took = seconds(lambda: work(*scan)["label match"](client))  # noqa: B023
                    rows.append((len(scan[0]), workers, took))
                    print(f"{len(scan[0])} patterns, {workers} workers: {took:.1f} s", flush=True)
    design = np.array([(1.0, count / workers) for count, workers, _ in rows])
    took = np.array([row[2] for row in rows])
    (start, per_pattern), *_ = np.linalg.lstsq(design, took, rcond=None)
    off = 100 * np.abs(design @ (start, per_pattern) / took - 1).max()
    print(f"fit: {start:.1f} s + {1e3 * per_pattern:.2f} ms per pattern and worker, off by up to {off:.0f} %")
    return start, per_pattern


def bytes_kept(scan: Scan) -> dict[str, int]:
    """Return the bytes per pattern that the client keeps, without and with candidates of a consensus."""
    found = {}
    for name, wanted in (("label match", False), ("label match --consensus", True)):
        settings = Matching().for_instrument(scan.info.instrument())
        task = MatchTask(str(scan.path), scan.pattern_fingerprint, [scan.phase], settings, wanted)
        arrays = BlockMatcher(task, scan.info.detector, scan.read)(np.arange(200))
        found[name] = sum(array.nbytes for array in arrays.values()) // 200
    return found


def client_per_pattern(client: Client, size: int, blocks: int = 200) -> float:
    """Return the time of client and scheduler per pattern, of blocks that workers answer at once (s)."""
    positions = blocks_of(blocks * BLOCK_PATTERNS, BLOCK_PATTERNS)
    with tempfile.TemporaryDirectory() as folder:
        store = BlockStore(str(Path(folder, "kept")), "", positions)
        list(results_of(client, Ready(size), positions[:20]))

        def run() -> None:
            for number, arrays in enumerate(results_of(client, Ready(size), positions)):
                store.keep(number, arrays)

        return seconds(run) / (blocks * BLOCK_PATTERNS)


def main() -> None:
    start, per_pattern = measured_work()
    with simulated((20, 20), PIXELS) as (scan, _):
        kept = bytes_kept(scan)
    print("kept by the client: " + ", ".join(f"{name}: {size} B per pattern" for name, size in kept.items()))
    with connected(workers=2) as client:
        serial = client_per_pattern(client, kept["label match"])
    per_block = 1e3 * serial * BLOCK_PATTERNS
    print(f"client and scheduler: {1e6 * serial:.1f} us per pattern, {per_block:.1f} ms per block")
    for count in COUNTS:
        times = [start + count * max(per_pattern / workers, serial) for workers in WORKERS]
        hours = [f"{workers}: {time / 3600:.3g} h" for workers, time in zip(WORKERS, times, strict=True)]
        memory = ", ".join(f"{size * count / 2**30:.3g} GiB" for size in kept.values())
        read = count * PIXELS**2 * 2 / 2**40
        print(
            f"{count:.0e} patterns, {read:.3g} TiB, {count // BLOCK_PATTERNS} blocks; "
            f"{', '.join(hours)}; client {memory}"
        )
    print(f"workers that one client keeps busy: {per_pattern / serial:.0f}")


if __name__ == "__main__":
    main()
