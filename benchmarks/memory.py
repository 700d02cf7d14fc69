"""Peak memory of `map` on a scan of 40,000 positions against one of 4,000."""

import resource
import subprocess
import sys
import tempfile

GOAL = 1.1
SHAPES = ((40, 100), (200, 200))


def map_one(path: str, folder: str) -> None:
    """Map a scan in this process and print the peak of its memory in MiB."""
    from keras_stem.scan.scan import Scan
    from keras_stem.training.assemble import assemble, head_of
    from keras_stem.training.data import prepare_scan
    from keras_stem.training.recipe import Recipe
    from keras_stem.workflow.mapping import map_scan

    with Scan(path) as scan:
        recipe = Recipe()
        data = prepare_scan(scan, recipe.data, recipe.seed)
        map_scan(assemble(data, recipe, head_of(recipe, data.symmetry)), scan, folder)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    from common import made_scan

    peaks = []
    for shape in SHAPES:
        with made_scan(shape) as path, tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, str(path), folder]
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        peaks.append(float(printed.split()[-1]))
    print(
        f"Peak memory of map, ten times the positions: {peaks[1] / peaks[0]:.2f} times "
        f"(goal at most {GOAL}; {peaks[0]:.0f} MiB and {peaks[1]:.0f} MiB)"
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        map_one(*sys.argv[1:])
    else:
        main()
