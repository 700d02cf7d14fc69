"""Converting a .blo file of 4 GiB against copying it, and its memory. ``python conversion.py [GiB]``."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dask.array as da
import numpy as np
from rsciio.blockfile import file_writer

GOAL_SPEED, GOAL_MEMORY = 0.5, 1024
COMMAND = """
import os, resource, sys, time
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert
start = time.perf_counter()
convert(sys.argv[1], sys.argv[2], Conversion())
os.sync()
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def write_blockfile(path: Path, gibibytes: float) -> None:
    """Write a blockfile of 256 x 256 pixels, block by block."""
    columns = 256
    rows = int(gibibytes * 2**30 / (columns * 256 * 256))
    block = np.random.default_rng(0).poisson(3, (1, columns, 256, 256)).astype(np.uint8)
    data = da.concatenate([da.from_array(block, chunks=block.shape)] * rows)
    axes = [
        {"name": name, "size": size, "scale": 1.0, "offset": 0.0, "units": unit, "navigate": unit == "nm"}
        for name, size, unit in zip(("y", "x", "dy", "dx"), data.shape, ("nm", "nm", "cm", "cm"), strict=True)
    ]
    signal = {
        "data": data,
        "axes": axes,
        "metadata": {},
        "original_metadata": {},
        "attributes": {"_lazy": True},
    }
    file_writer(str(path), signal, show_progressbar=False)


def timed(function, *arguments, **options):
    """Return the seconds until all is on disk, and the result."""
    start = time.perf_counter()
    result = function(*arguments, **options)
    os.sync()
    return time.perf_counter() - start, result


def main() -> None:
    gibibytes = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "raw.blo")
        # In a process of its own: the peak memory of this one would count as that of its children.
        writing = multiprocessing.get_context("spawn").Process(
            target=write_blockfile, args=(source, gibibytes)
        )
        writing.start()
        writing.join()
        os.sync()
        copying, _ = timed(shutil.copyfile, source, Path(folder, "copy.blo"))
        Path(folder, "copy.blo").unlink()
        command = [sys.executable, "-c", COMMAND, str(source), str(Path(folder, "scan.h5"))]
        whole, run = timed(subprocess.run, command, check=True, stdout=subprocess.PIPE, text=True)
    converting, memory = (float(word) for word in run.stdout.split()[-2:])
    print(
        f"Converting {gibibytes:g} GiB: {copying / converting:.2f} of the speed of a copy "
        f"(goal {GOAL_SPEED}; {converting:.1f} s, {whole:.1f} s from the start of Python, "
        f"against {copying:.1f} s); "
        f"peak memory {memory:.0f} MiB (goal under {GOAL_MEMORY})"
    )


if __name__ == "__main__":
    main()
