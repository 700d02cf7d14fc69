"""Grain segmentation of an orientation map."""

from dataclasses import dataclass, replace

import numpy as np
from orix.quaternion import Rotation
from scipy.spatial import cKDTree

from keras_stem.analysis.grid import MASKED, Grid
from keras_stem.choices import SMALL_GRAINS
from keras_stem.crystal.grains import OUTSIDE, in_order, neighbour_pairs, number_connected
from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class Segmentation:
    """Settings of the grain segmentation.

    Parameters
    ----------
    threshold
        Largest disorientation between neighbours of the same grain (degrees).
    neighbours
        Connectivity: 4 neighbours, or 8 with diagonal neighbours.
    min_size
        Number of points below which a grain is small.
    small
        Treatment of small grains: "absorb" assigns their points to the surrounding grains, from the rim
        inward; "drop" masks them.
    """

    threshold: float = 5.0
    neighbours: int = 4
    min_size: int = 1
    small: str = SMALL_GRAINS[0]

    def __post_init__(self):
        if not 0 < self.threshold < 180:
            raise KerasStemError(f"Expected a threshold between 0 and 180°, found {self.threshold:g}.")
        if self.neighbours not in (4, 8):
            raise KerasStemError(f"Expected 4 or 8 neighbours, found {self.neighbours}.")
        if self.min_size < 1:
            raise KerasStemError(f"Expected a minimum size of at least 1 point, found {self.min_size}.")
        if self.small not in SMALL_GRAINS:
            raise KerasStemError(f"Expected one of {', '.join(SMALL_GRAINS)}, found {self.small!r}.")


@dataclass(frozen=True)
class Segmented:
    """Result of a grain segmentation.

    Parameters
    ----------
    numbers
        Grain number of each point, shape (n,), from 0 in the order of the first points; -1 outside grains.
    absorbed, dropped
        Masks of the points of small grains that were assigned to other grains, and of those that were
        masked, shape (n,), bool.
    """

    numbers: np.ndarray
    absorbed: np.ndarray
    dropped: np.ndarray


def segment(grid: Grid, settings: Segmentation | None = None) -> Segmented:
    """Segment a map into grains: connected points of one phase with small disorientation of neighbours.

    Parameters
    ----------
    grid
        The map.
    settings
        Settings of the segmentation; None for the defaults.

    Raises
    ------
    KerasStemError
        If all grains are small.
    """
    settings = settings or Segmentation()
    pairs = neighbour_pairs(grid.shape, settings.neighbours)
    pairs = pairs[grid.shown[pairs].all(axis=1)]
    alike = grid.angles(pairs) <= np.deg2rad(settings.threshold)  # False for NaN
    numbers = number_connected(pairs[alike], grid.shown)
    sizes = np.bincount(numbers[numbers != OUTSIDE])
    small = (numbers != OUTSIDE) & (sizes[numbers] < settings.min_size)
    kept = np.where(small, OUTSIDE, numbers)
    if np.all(kept == OUTSIDE):
        raise KerasStemError(f"No grain has {settings.min_size} points; the largest has {sizes.max()}.")
    if settings.small == "absorb":
        kept = _absorbed(kept, small, pairs, grid.phase)
    return Segmented(in_order(kept), small & (kept != OUTSIDE), small & (kept == OUTSIDE))


def without_small_grains(grid: Grid, segmented: Segmented) -> Grid:
    """Return a map without small grains: dropped points are masked.

    Absorbed points take the orientation of the nearest original point of their grain.

    Parameters
    ----------
    grid
        The map.
    segmented
        Segmentation of the map.
    """
    kept = np.flatnonzero((segmented.numbers != OUTSIDE) & ~segmented.absorbed)
    rotations = grid.rotations.data.copy()
    places = _places(grid.shape, segmented.numbers)
    _, nearest = cKDTree(places[kept]).query(places[segmented.absorbed])
    rotations[segmented.absorbed] = rotations[kept[nearest]]
    phase = np.where(segmented.dropped, MASKED, grid.phase)
    return replace(grid, rotations=Rotation(rotations), phase=phase)


def _places(shape: tuple[int, int], numbers: np.ndarray) -> np.ndarray:
    """Return coordinates (row, column, scaled grain number), (n, 3), that keep grains far apart."""
    return np.stack([*np.divmod(np.arange(len(numbers)), shape[1]), numbers * sum(shape)], axis=1)


def _absorbed(numbers: np.ndarray, free: np.ndarray, pairs: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Return grain numbers with free points assigned to the same-phase grain of most adjacent points."""
    numbers = numbers.copy()
    links = pairs[(phase[pairs[:, 0]] == phase[pairs[:, 1]]) & free[pairs].any(axis=1)]
    links = np.concatenate([links, links[:, ::-1]])
    while True:
        rim = (numbers[links[:, 0]] == OUTSIDE) & (numbers[links[:, 1]] != OUTSIDE)
        if not rim.any():
            return numbers
        points, grains = links[rim, 0], numbers[links[rim, 1]]
        votes, counts = np.unique(np.stack([points, grains], axis=1), axis=0, return_counts=True)
        order = np.lexsort([-counts, votes[:, 0]])
        points, first = np.unique(votes[order, 0], return_index=True)
        numbers[points] = votes[order[first], 1]
