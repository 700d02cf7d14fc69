"""Grains of a map of a million points: the time of each step against a limit."""

import time

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from scipy.spatial import cKDTree

from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.boundary_classes import boundary_shares
from keras_stem.analysis.grains import kernel_average, measure_grains
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import Segmentation, segment
from keras_stem.analysis.special_boundaries import SPECIAL
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.io.map_grid import crystal_map

SHAPE, GRAINS, GOAL = (1000, 1000), 4000, 20.0


def made_map():
    """Return a map of a cubic crystal with 0.5 deg of noise; at one point in a hundred it is 57 deg."""
    rng = np.random.default_rng(0)
    rows, columns = np.divmod(np.arange(SHAPE[0] * SHAPE[1]), SHAPE[1])
    seeds = rng.uniform(0, SHAPE, (GRAINS, 2))
    number = cKDTree(seeds).query(np.stack([rows, columns], axis=1))[1]
    truth = Rotation(random_rotations(GRAINS, rng).data[number])
    noise = np.where(rng.random(len(rows)) < 0.01, 1.0, np.deg2rad(0.5))
    rotations = small_rotations(rng.rayleigh(noise), rng) * truth
    return crystal_map(rotations, Phase("Cu", space_group=225), SHAPE, 1.0, "nm", {})


def main() -> None:
    crystal_map, times = made_map(), {}

    def timed(name, function):
        start = time.perf_counter()
        found = function()
        times[name] = time.perf_counter() - start
        return found

    grid = timed("arrays", lambda: grid_of(crystal_map))
    found = timed("segmentation", lambda: segment(grid, Segmentation(min_size=5)))
    timed("grains", lambda: measure_grains(grid, found.numbers, found.absorbed))
    timed("kernel average", lambda: kernel_average(grid, found.numbers, 4, found.absorbed))
    boundaries = timed("boundaries", lambda: find_boundaries(grid))
    timed("shares", lambda: boundary_shares(grid, boundaries, [SPECIAL["sigma3"]]))
    total = sum(times.values())
    print(
        f"{SHAPE[0]} x {SHAPE[1]} points, {found.numbers.max() + 1} grains: "
        f"{total / GOAL:.2f} of the limit of {GOAL:g} s ({total:.1f} s)"
    )
    for name, seconds in times.items():
        print(f"  {name}: {seconds / total:.0%}")


if __name__ == "__main__":
    main()
