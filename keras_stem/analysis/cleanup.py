"""Optional clean-up steps that change the orientations of a map and report the changed points.

Networks and template matching alike misindex isolated points of a grain, and alternate between two variants
where their patterns are nearly indistinguishable. Both errors produce spurious grains and boundaries.
"""

from dataclasses import dataclass, replace

import numpy as np
from orix.quaternion import Rotation

from keras_stem.analysis.grains import mean_orientations
from keras_stem.analysis.grid import Grid
from keras_stem.analysis.special_boundaries import SpecialBoundary, equivalent_misorientations
from keras_stem.crystal.disorientation import (
    BEAM_TWOFOLD,
    disorientation,
    misorientation,
    quaternion_product,
)
from keras_stem.crystal.grains import OUTSIDE, neighbour_pairs, number_connected
from keras_stem.crystal.symmetry import proper_point_group

MOST = 0.5
"""Fraction of the neighbours of an isolated point that has to be exceeded by a single grain."""


@dataclass(frozen=True)
class Cleaned:
    """Map after a clean-up step.

    Parameters
    ----------
    grid
        The cleaned map.
    changed
        Whether the orientation of each point was changed, shape (n,).
    """

    grid: Grid
    changed: np.ndarray


def replace_odd_points(grid: Grid, threshold: float = 5.0) -> Cleaned:
    """Replace isolated points that differ from all 8 neighbours by the mean orientation around them.

    Parameters
    ----------
    grid
        The map.
    threshold
        Disorientation above which two points differ (degrees).

    Returns
    -------
    Cleaned
        A point is changed only if more than half of its neighbours, and at least three, belong to a single
        grain. It also takes the phase of that grain.
    """
    pairs = neighbour_pairs(grid.shape, 8)
    pairs = pairs[grid.shown[pairs].all(axis=1)]
    numbers = number_connected(pairs[grid.angles(pairs) <= np.deg2rad(threshold)], grid.shown)
    odd = grid.shown & (np.bincount(numbers[grid.shown])[numbers] == 1)
    links = np.concatenate([pairs, pairs[:, ::-1]])
    links = links[odd[links[:, 0]]]
    points, grains = _surrounded(links, numbers)
    around = links[np.isin(links[:, 0], points)]
    place = np.searchsorted(points, around[:, 0])
    inside = numbers[around[:, 1]] == grains[place]
    return _with_means(grid, points, around[inside, 1], place[inside])


def _surrounded(links: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the isolated points inside a single grain, ascending, and its number, from links (m, 2)."""
    pairs = np.stack([links[:, 0], numbers[links[:, 1]]], axis=1)
    votes, counts = np.unique(pairs, axis=0, return_counts=True)
    points, total = np.unique(links[:, 0], return_counts=True)
    enough = (counts > MOST * total[np.searchsorted(points, votes[:, 0])]) & (counts >= 3)
    return votes[enough, 0], votes[enough, 1]


def _with_means(grid: Grid, points: np.ndarray, around: np.ndarray, place: np.ndarray) -> Cleaned:
    """Return the map whose isolated points have the mean of ``around``; ``place`` indexes ``points``."""
    data, phase = grid.rotations.data.copy(), grid.phase.copy()
    first = np.empty(len(points), int)
    first[place[::-1]] = around[::-1]
    phase[points] = grid.phase[first]
    for number, known in grid.phases.items():
        own = grid.phase[around] == number
        mine = grid.phase[first] == number
        means = mean_orientations(data[around[own]], place[own], data[first], proper_point_group(known))
        data[points[mine]] = means[mine]
    changed = np.zeros(len(phase), bool)
    changed[points] = True
    return Cleaned(replace(grid, rotations=Rotation(data), phase=phase), changed)


def fuse_variants(grid: Grid, variant: SpecialBoundary | None, threshold: float = 5.0) -> Cleaned:
    """Assign the majority variant to each grain that alternates between two variants.

    Neighbours with similar orientations, or with variants of each other, form one grain. Real twins of this
    kind are merged as well, so use this step only for variants whose patterns are known to be
    indistinguishable.

    Parameters
    ----------
    grid
        The map.
    variant
        Misorientation between the variants; None for the 180 degree in-plane ambiguity.
    threshold
        Largest disorientation of points with similar orientations (degrees).

    Returns
    -------
    Cleaned
        Points of the minority variant are changed to the majority variant.
    """
    data, changed = grid.rotations.data.copy(), np.zeros(len(grid.phase), bool)
    pairs = neighbour_pairs(grid.shape)
    pairs = pairs[grid.shown[pairs].all(axis=1)]
    alike = grid.angles(pairs) <= np.deg2rad(threshold)
    parts = number_connected(pairs[alike], grid.shown)
    related = alike.copy()
    for number in grid.phases:
        same = np.flatnonzero(~alike & (grid.phase[pairs] == number).all(axis=1))
        turned = _turned(grid, number, variant, *(data[pairs[same, k]] for k in (0, 1)))
        related[same] = _angles(grid, number, turned, data[pairs[same, 1]]) <= np.deg2rad(threshold)
    whole = number_connected(pairs[related], grid.shown)
    reference = _largest_part(whole, parts)
    for number in grid.phases:
        points = np.flatnonzero((grid.phase == number) & (reference != parts))
        wanted = _means_of_parts(grid, number, parts)[reference[points]]
        turned = _turned(grid, number, variant, data[points], wanted)
        before, after = (_angles(grid, number, found, wanted) for found in (data[points], turned))
        better = after < np.minimum(before, np.deg2rad(2 * threshold))
        data[points[better]] = turned[better]
        changed[points[better]] = True
    return Cleaned(replace(grid, rotations=Rotation(data)), changed)


def _angles(grid: Grid, number: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    symmetry = proper_point_group(grid.phases[number])
    return disorientation(Rotation(first), Rotation(second), symmetry)


def _turned(
    grid: Grid, number: int, variant: SpecialBoundary | None, rotations: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Return the variants of orientations, quaternions (n, 4), that are nearest to the wanted variants."""
    if variant is None:
        return quaternion_product(rotations, BEAM_TWOFOLD.data)
    operators = equivalent_misorientations(variant, grid.phases[number])
    between = misorientation(Rotation(rotations), Rotation(wanted))
    return quaternion_product(operators[np.abs(between @ operators.T).argmax(axis=1)], rotations)


def _largest_part(whole: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Return the number of the largest part of the grain of each point, shape (n,)."""
    inside = whole != OUTSIDE
    votes, counts = np.unique(np.stack([whole[inside], parts[inside]], axis=1), axis=0, return_counts=True)
    order = np.lexsort([-counts, votes[:, 0]])
    _, first = np.unique(votes[order, 0], return_index=True)
    found = np.full(len(whole), OUTSIDE)
    found[inside] = votes[order[first], 1][whole[inside]]
    return found


def _means_of_parts(grid: Grid, number: int, parts: np.ndarray) -> np.ndarray:
    """Return the mean orientation of each part, quaternions (p, 4), valid for parts of this phase only."""
    points = np.flatnonzero(grid.phase == number)
    first = np.zeros(parts.max() + 1, int)
    first[parts[points[::-1]]] = points[::-1]
    data = grid.rotations.data
    symmetry = proper_point_group(grid.phases[number])
    return mean_orientations(data[points], parts[points], data[first], symmetry)
