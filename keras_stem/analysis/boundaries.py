"""Boundaries between the points of a map, and which of them are special."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.vector import Miller

from keras_stem.analysis.grid import MASKED, Grid
from keras_stem.crystal.disorientation import misorientation, quaternion_product, smallest_misorientation
from keras_stem.crystal.grains import neighbour_pairs
from keras_stem.crystal.rotations import rotations_about
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError

HIGH_ANGLE = 15.0
"""Boundaries of at least so many degrees are high-angle boundaries."""

_MOST_PRODUCTS = 1 << 24


@dataclass(frozen=True)
class Boundaries:
    """The segments between neighbouring points that differ.

    Parameters
    ----------
    pairs
        Numbers of the two points, shape (m, 2).
    phase
        Number of the phase on both sides, shape (m,), -1 between two phases.
    angles
        Disorientation, shape (m,), deg; NaN between two phases.
    axes
        Its axis, shape (m, 3), unit vectors in crystal coordinates; 0 between two phases.
    threshold
        Smallest disorientation that counts within a phase, deg.
    lengths, unit
        Of each segment, shape (m,), and the unit: the step along the edge between the two points.
    """

    pairs: np.ndarray
    phase: np.ndarray
    angles: np.ndarray
    axes: np.ndarray
    threshold: float
    lengths: np.ndarray
    unit: str

    @property
    def length(self) -> float:
        """Of all segments together, in the map's unit."""
        return float(self.lengths.sum())

    def share(self, chosen: np.ndarray) -> float:
        """Return the share of the length of chosen segments, shape (m,), bool; NaN where there is none."""
        return float(self.lengths[chosen].sum() / self.length) if self.length else float("nan")

    @property
    def between_phases(self) -> np.ndarray:
        """Whether each segment lies between two phases, shape (m,)."""
        return self.phase == MASKED


def find_boundaries(grid: Grid, threshold: float = 5.0) -> Boundaries:
    """Return the segments between neighbours, side by side or one above the other, that differ.

    Parameters
    ----------
    grid
        The map.
    threshold
        Smallest disorientation, deg; segments between two phases always count, those to masked points never.

    Returns
    -------
    Boundaries
    """
    if not 0 < threshold < 180:
        raise KerasStemError(f"Expected a threshold between 0 and 180°, found {threshold:g}.")
    pairs = neighbour_pairs(grid.shape)
    pairs = pairs[grid.shown[pairs].all(axis=1)]
    angles = grid.angles(pairs)
    pairs = pairs[~(angles <= np.deg2rad(threshold))]
    phases = grid.phase[pairs]
    phase = np.where(phases[:, 0] == phases[:, 1], phases[:, 0], MASKED)
    angles, axes = np.full(len(pairs), np.nan), np.zeros((len(pairs), 3))
    for number, known in grid.phases.items():
        inside = phase == number
        sides = (Rotation(grid.rotations.data[pairs[inside, k]]) for k in (0, 1))
        found, axes[inside] = smallest_misorientation(*sides, proper_point_group(known))
        angles[inside] = np.rad2deg(found)
    return Boundaries(pairs, phase, angles, axes, threshold, grid.edge_lengths(pairs), grid.unit)


@dataclass(frozen=True)
class SpecialBoundary:
    """A misorientation with a name, such as that of a twin.

    Parameters
    ----------
    name
        For people.
    angle
        deg.
    axis
        Crystal direction [uvw].
    tolerance
        Largest angle from it, deg.
    """

    name: str
    angle: float
    axis: tuple[float, float, float]
    tolerance: float = 5.0


def brandon(sigma: int) -> float:
    """Return the tolerance, deg, of a coincidence site lattice (Brandon, Acta Met. 14 (1966) 1479)."""
    return 15.0 / np.sqrt(sigma)


SPECIAL = {
    "sigma3": SpecialBoundary("Σ3", 60.0, (1, 1, 1), brandon(3)),
    "sigma5": SpecialBoundary("Σ5", 36.87, (1, 0, 0), brandon(5)),
    "sigma7": SpecialBoundary("Σ7", 38.21, (1, 1, 1), brandon(7)),
    "sigma9": SpecialBoundary("Σ9", 38.94, (1, 1, 0), brandon(9)),
    "hcp-10-12": SpecialBoundary("{10-12} twin", 86.3, (1, 0, 0)),
    "hcp-10-11": SpecialBoundary("{10-11} twin", 56.2, (1, 0, 0)),
    "oxide-60": SpecialBoundary("60° about c", 60.0, (0, 0, 1)),
}
"""Well-known ones, by the names of `keras_stem.choices.SPECIAL_BOUNDARIES`. The axes of the hcp twins are
<11-20>, [100] with three indices; their angles are those of magnesium."""


def special_boundary(text: str) -> SpecialBoundary:
    """Return the special misorientation of a text.

    Parameters
    ----------
    text
        A key of `SPECIAL`, or ``NAME:ANGLE:u,v,w`` or ``NAME:ANGLE:u,v,w:TOLERANCE``, angles in degrees.

    Raises
    ------
    KerasStemError
        If it is neither.
    """
    if text in SPECIAL:
        return SPECIAL[text]
    try:
        name, angle, axis, *tolerance = text.split(":")
        u, v, w = (float(index) for index in axis.split(","))
        numbers = [float(angle), *(float(number) for number in tolerance)]
        if not (name and (u or v or w) and len(numbers) <= 2 and all(0 < n <= 180 for n in numbers)):
            raise ValueError
    except ValueError:
        raise KerasStemError(
            f"Expected one of {', '.join(SPECIAL)}, or NAME:ANGLE:u,v,w[:TOLERANCE] in degrees, "
            f"found {text!r}."
        ) from None
    return SpecialBoundary(name, numbers[0], (u, v, w), *numbers[1:])


def is_special(grid: Grid, boundaries: Boundaries, special: SpecialBoundary) -> np.ndarray:
    """Return whether each segment is one of a special misorientation.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Of it.
    special
        The misorientation, under the symmetry of both sides.

    Returns
    -------
    numpy.ndarray
        Shape (m,), bool; False between two phases.
    """
    found = np.zeros(len(boundaries.pairs), bool)
    nearest = np.cos(np.deg2rad(special.tolerance) / 2)
    for number, phase in grid.phases.items():
        inside = np.flatnonzero(boundaries.phase == number)
        variants = equivalent_misorientations(special, phase)
        for block in np.array_split(inside, 1 + len(inside) * len(variants) // _MOST_PRODUCTS):
            sides = (Rotation(grid.rotations.data[boundaries.pairs[block, k]]) for k in (0, 1))
            found[block] = np.abs(misorientation(*sides) @ variants.T).max(axis=1, initial=0) >= nearest
    return found


def equivalent_misorientations(special: SpecialBoundary, phase: Phase) -> np.ndarray:
    """Return all misorientations of a phase that are equivalent to a special one, quaternions (v, 4)."""
    symmetry = proper_point_group(phase)
    axis = Miller(uvw=special.axis, phase=phase).unit.data
    one = rotations_about(axis.reshape(1, 3), np.array([np.deg2rad(special.angle)])).data[0]
    both = np.stack([one, one * [1, -1, -1, -1]])
    left = quaternion_product(symmetry.data[:, None], both[None]).reshape(-1, 1, 4)
    every = quaternion_product(left, symmetry.data[None]).reshape(-1, 4)
    # q and -q are one rotation: the largest component is positive, so that it is found once.
    every *= np.sign(every[np.arange(len(every)), np.abs(every).round(6).argmax(axis=1)])[:, None]
    return every[np.unique(every.round(5), axis=0, return_index=True)[1]]


@dataclass(frozen=True)
class BoundaryClass:
    """Segments of one kind.

    Parameters
    ----------
    name
        For people.
    kind
        "special", "low_angle", "high_angle" or "between_phases".
    chosen
        Which segments these are, shape (m,), bool.
    """

    name: str
    kind: str
    chosen: np.ndarray


def boundary_classes(
    grid: Grid, boundaries: Boundaries, specials: Sequence[SpecialBoundary] = ()
) -> list[BoundaryClass]:
    """Divide the segments into classes, so that each is in one.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Of it.
    specials
        A segment that could be several belongs to the first of them, and not to those by angle.

    Returns
    -------
    list of BoundaryClass
        The special ones, then the others by angle, and those between phases.
    """
    free = np.ones(len(boundaries.pairs), bool)
    classes = []
    for special in specials:
        chosen = free & is_special(grid, boundaries, special)
        classes.append(BoundaryClass(special.name, "special", chosen))
        free &= ~chosen
    low, high = boundaries.angles < HIGH_ANGLE, boundaries.angles >= HIGH_ANGLE
    others = "others " if specials else ""
    least, name = boundaries.threshold, f"{others}from {max(boundaries.threshold, HIGH_ANGLE):g}°"
    if least < HIGH_ANGLE:
        classes.append(BoundaryClass(f"{others}{least:g} to {HIGH_ANGLE:g}°", "low_angle", free & low))
    classes.append(BoundaryClass(name, "high_angle", free & high))
    if len(grid.phases) > 1:
        classes.append(BoundaryClass("between phases", "between_phases", boundaries.between_phases))
    return classes


@dataclass(frozen=True)
class BoundaryShares:
    """Shares of the length of all boundaries.

    Parameters
    ----------
    low_angle, high_angle, between_phases
        Below and from 15 deg within a phase, and between two phases; their sum is 1.
    special
        By name; these segments are counted by angle, too.
    """

    low_angle: float
    high_angle: float
    between_phases: float
    special: dict[str, float]


def boundary_shares(
    grid: Grid, boundaries: Boundaries, specials: Sequence[SpecialBoundary] = ()
) -> BoundaryShares:
    """Return how the length of boundaries is divided; NaN where there is none."""
    return BoundaryShares(
        low_angle=boundaries.share(boundaries.angles < HIGH_ANGLE),
        high_angle=boundaries.share(boundaries.angles >= HIGH_ANGLE),
        between_phases=boundaries.share(boundaries.between_phases),
        special={
            special.name: boundaries.share(is_special(grid, boundaries, special)) for special in specials
        },
    )
