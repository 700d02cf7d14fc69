"""Consensus: its time against that of refinement, and a map of a million positions."""

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from simulation import untrained

from keras_stem.consensus.candidates import CandidateMap
from keras_stem.consensus.consensus import reach_consensus
from keras_stem.inference.steps import InferenceSteps
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Simulation, simulate_scan

SIDE, GRAINS, REPEATS = 60, 43, 17
BLOCK = 512


def seconds(function: Callable[[], object]) -> float:
    """Return the seconds that the second call of a function takes; the first one compiles."""
    for _ in range(2):
        start = time.perf_counter()
        function()
    return time.perf_counter() - start


def without_patterns(positions: np.ndarray, quaternions: np.ndarray, phase: np.ndarray) -> tuple:
    """Return orientations as they are, as if the patterns told nothing of them."""
    return quaternions, np.full(phase.shape, 0.3)


def repeated(candidates: CandidateMap, shape: tuple[int, int], times: int) -> CandidateMap:
    """Return the candidates of a map that is repeated along rows and columns."""
    index = np.tile(np.arange(shape[0] * shape[1]).reshape(shape), (times, times))
    chosen = index.ravel()
    names = ("quaternions", "phase", "correlation", "disks")
    return CandidateMap(
        index.shape, candidates.phases, *(getattr(candidates, name)[chosen] for name in names)
    )


def main() -> None:
    shape = (SIDE, SIDE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scan.h5")
        simulate_scan(path, Simulation(polycrystal=Polycrystal(shape, GRAINS, vacuum=0.0)))
        with Scan(path) as scan:
            model, source = untrained(scan, "float32"), ScanSource(scan)
            patterns = source.read(np.arange(len(scan)))
            steps = {how: InferenceSteps(model, how, consensus=True) for how in ("quick", "thorough")}
            took = {how: seconds(lambda s=step: s(patterns)) for how, step in steps.items()}
            candidates = steps["quick"](patterns).candidates
            known = repeated(candidates, shape, 1)
            refine = steps["quick"].refinement(source)
            whole = seconds(lambda: reach_consensus(known, refine))
            solver = seconds(lambda: reach_consensus(known, without_patterns))
    print(f"The solver takes {solver / took['quick']:.2f} of the time of --refine (goal at most 0.2)")
    print(
        f"--refine --consensus takes {(took['quick'] + whole) / took['thorough']:.2f} of the time of "
        "--thorough (goal at most 1)"
    )
    large = repeated(candidates, shape, REPEATS)
    start = time.perf_counter()
    found = reach_consensus(large, without_patterns)
    spent, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    longer = (spent / len(large)) / (solver / len(known))
    print(
        f"The solver of {large.shape[0]} x {large.shape[1]} positions, {found.region.max() + 1} regions: "
        f"{spent:.0f} s, {longer:.2f} times as long a position as that of {SIDE} x {SIDE}; at most "
        f"{peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()
