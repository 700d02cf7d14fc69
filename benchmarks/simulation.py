"""The stream of simulated patterns, and the polar network's map against template matching."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from matching import ours, rate

from keras_stem.crystal.phase import linio2
from keras_stem.indexing.settings import Matching
from keras_stem.inference.scan_map import predict_map
from keras_stem.instrument.instrument import Instrument
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Simulation, simulate_scan
from keras_stem.simulate.stream import Nuisances, PatternStream
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan
from keras_stem.training.recipe import Recipe

GOAL_STREAM = 2000
BATCH, BATCHES = 128, 100


def stream_rate() -> float:
    """Return the simulated patterns a second of two threads."""
    stream = PatternStream(linio2(), Instrument(), Nuisances(), 0)
    stream.batch(0, BATCH)
    with ThreadPoolExecutor(2) as threads:
        start = time.perf_counter()
        list(threads.map(lambda number: stream.batch(number, BATCH), range(BATCHES)))
        return BATCH * BATCHES / (time.perf_counter() - start)


def untrained(scan: Scan, precision: str):
    """Return a polar network that has learned nothing; its speed is that of one that has."""
    recipe = Recipe(precision=precision)
    data = prepare_scan(scan, recipe.data, recipe.seed)
    return assemble(data, recipe, head_of(recipe, data.symmetry))


def main() -> None:
    print(f"The stream: {stream_rate():.0f} patterns/s of 64 x 64 pixels (goal {GOAL_STREAM})", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.h5"), Path(folder, "large.h5")
        simulate_scan(small, Simulation(polycrystal=Polycrystal((30, 30), 12)))
        simulate_scan(large, Simulation(polycrystal=Polycrystal((120, 120), 12)))
        with Scan(small) as scan, Scan(large) as many:
            settings = Matching().complete(scan.info)
            matched = rate(ours(scan, settings), len(scan))
            for precision in ("float32", "bfloat16"):
                model = untrained(many, precision)
                for refine in (None, "quick", "thorough"):
                    mapped = rate(lambda: predict_map(model, many, refine=refine), len(many))  # noqa: B023
                    name = f"{precision}, {refine} refinement" if refine else precision
                    print(
                        f"The map in {name}: {mapped / matched:.1f} times label match ("
                        f"{mapped:.0f} against {matched:.0f} patterns/s)",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
