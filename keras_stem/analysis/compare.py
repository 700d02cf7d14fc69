"""Comparison of two orientation maps of one scan."""

from dataclasses import dataclass, replace

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.analysis.grid import MASKED, Grid
from keras_stem.analysis.segmentation import Segmentation, segment
from keras_stem.crystal.axes import phase_text, relation
from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.grains import OUTSIDE, neighbour_pairs
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError

SMALL = 20
"""Number of points below which a grain is small."""


@dataclass(frozen=True)
class Part:
    """Difference of two maps on a subset of the points.

    Parameters
    ----------
    name
        Display name of the subset.
    points
        Number of points.
    median
        Median disorientation (degrees).
    differing
        Fraction of the points whose disorientation exceeds the threshold.
    half_turn
        Fraction of the points whose disorientation exceeds the threshold, but does not after a 180 degree
        rotation about the beam.
    """

    name: str
    points: int
    median: float
    differing: float
    half_turn: float


@dataclass(frozen=True)
class Difference:
    """Difference of two maps.

    Parameters
    ----------
    angles
        Disorientation of each point, shape (n,), in degrees; NaN where a map is masked or the phases differ.
    phases_differ
        Fraction of the points unmasked in both maps whose phases differ.
    parts
        Differences on subsets of the points; all points come first. The subset of low Q may overlap grain
        interiors, boundaries and small grains.
    threshold
        Disorientation above which two points differ (degrees).
    """

    angles: np.ndarray
    phases_differ: float
    parts: tuple[Part, ...]
    threshold: float


def compare_grids(
    reference: Grid,
    other: Grid,
    segmentation: Segmentation | None = None,
    quality: np.ndarray | None = None,
    low_q: float = 20.0,
) -> Difference:
    """Compare two maps of the same points.

    Parameters
    ----------
    reference
        Reference map. Its grains define the grain interiors, boundaries and small grains.
    other
        Map of the same shape. Its phases are matched to the phases of the reference that describe the same
        crystal, irrespective of their numbers, names and unit cells.
    segmentation
        Settings of the grain segmentation. Points differ if their disorientation exceeds its threshold.
    quality
        Q of each point, shape (n,), or None.
    low_q
        Q below which a point belongs to the subset of low Q.

    Raises
    ------
    KerasStemError
        If the shapes or all phases differ, or no point has the same phase in both maps.
    """
    other = _in_phases_of(reference, other)
    settings = segmentation or Segmentation()
    both = reference.shown & other.shown
    same = both & (reference.phase == other.phase)
    if not same.any():
        raise KerasStemError("The two maps have no point of the same phase in common.")
    angles, halved = (_angles(reference, other, same, mate) for mate in (False, True))
    places = _places(reference, settings)
    if quality is not None:
        places[f"Q below {low_q:g}"] = np.asarray(quality) < low_q
    parts = [
        _part(name, where & same, angles, halved, settings.threshold)
        for name, where in {"All points": both, **places}.items()
    ]
    differ = float(np.mean(reference.phase[both] != other.phase[both]))
    return Difference(angles, differ, tuple(parts), settings.threshold)


def _in_phases_of(reference: Grid, other: Grid) -> Grid:
    """Return a map with the phase numbers and crystal axes of the reference for matching phases."""
    if reference.shape != other.shape:
        raise KerasStemError(
            f"Expected maps of the same shape, found {reference.shape[0]} x {reference.shape[1]} "
            f"and {other.shape[0]} x {other.shape[1]} points."
        )
    found = {number: _same_phase(phase, number, reference) for number, phase in other.phases.items()}
    if not any(found.values()):
        first, second = (
            ", ".join(phase_text(phase) for phase in grid.phases.values()) for grid in (reference, other)
        )
        raise KerasStemError(f"Expected the same phases, found {first} in one map and {second} in the other.")
    data, phases = other.rotations.data.copy(), other.phase.copy()
    unknown = max([*reference.phases, *other.phases]) + 1
    for number, same in found.items():
        own = other.phase == number
        phases[own] = unknown + number if same is None else same[0]
        if same is not None:
            data[own] = (same[1] * other.rotations[own]).data
    return replace(other, rotations=Rotation(data), phase=phases, phases=reference.phases)


def _same_phase(phase: Phase, number: int, reference: Grid) -> tuple[int, Rotation] | None:
    """Return the number of the matching phase of the reference, and the rotation to its axes, or None."""
    first = sorted(reference.phases.items(), key=lambda entry: entry[0] != number)
    related = ((known, relation(phase, theirs)) for known, theirs in first)
    return next(((known, rotation) for known, rotation in related if rotation is not None), None)


def _angles(reference: Grid, other: Grid, where: np.ndarray, mate: bool) -> np.ndarray:
    """Return the disorientation, shape (n,), in degrees; ``mate`` rotates by 180 degrees about the beam."""
    found = np.full(len(where), np.nan)
    for number, phase in reference.phases.items():
        inside = where & (reference.phase == number)
        first, second = (Rotation(grid.rotations.data[inside]) for grid in (reference, other))
        second = second * BEAM_TWOFOLD if mate else second
        found[inside] = np.rad2deg(disorientation(first, second, proper_point_group(phase)))
    return found


def _places(grid: Grid, settings: Segmentation) -> dict[str, np.ndarray]:
    """Return the masks of grain interiors, boundaries and small grains, shape (n,), bool."""
    numbers = segment(grid, settings).numbers
    pairs = neighbour_pairs(grid.shape)
    pairs = pairs[grid.shown[pairs].all(axis=1)]
    rim = np.zeros(len(numbers), bool)
    rim[pairs[numbers[pairs[:, 0]] != numbers[pairs[:, 1]]]] = True
    inside = numbers != OUTSIDE
    small = inside & (np.bincount(numbers[inside])[numbers] < SMALL)
    return {
        "Grain interiors": inside & ~rim & ~small,
        "At boundaries": rim & ~small,
        f"Grains below {SMALL} points": small & (grid.phase != MASKED),
    }


def _part(name: str, where: np.ndarray, angles: np.ndarray, halved: np.ndarray, threshold: float) -> Part:
    if not where.any():
        return Part(name, 0, float("nan"), float("nan"), float("nan"))
    differing = angles[where] > threshold
    return Part(
        name,
        int(where.sum()),
        float(np.median(angles[where])),
        float(differing.mean()),
        float(np.mean(differing & (halved[where] <= threshold))),
    )
