"""Grain and phase boundaries of an orientation map, and special boundaries among them."""

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
"""Smallest misorientation of a high-angle boundary (degrees)."""

_MOST_PRODUCTS = 1 << 24


@dataclass(frozen=True)
class Boundaries:
    """Boundary segments between neighbouring points of different orientation or phase.

    Parameters
    ----------
    pairs
        Indices of the two points of each segment, shape (m, 2).
    phase
        Phase number on both sides of each segment, shape (m,), -1 between two phases.
    angles
        Disorientation across each segment, shape (m,), in degrees; NaN between two phases.
    axes
        Disorientation axes, shape (m, 3), unit vectors in crystal coordinates; 0 between two phases.
    threshold
        Smallest disorientation that counts as a boundary within a phase (degrees).
    lengths, unit
        Length of each segment, shape (m,), and its unit. The length is the step along the edge between the
        two points.
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
        """Total length of all segments, in the map's unit."""
        return float(self.lengths.sum())

    def share(self, chosen: np.ndarray) -> float:
        """Return the length fraction of the chosen segments, shape (m,), bool; NaN without any boundary."""
        return float(self.lengths[chosen].sum() / self.length) if self.length else float("nan")

    @property
    def between_phases(self) -> np.ndarray:
        """Whether each segment lies between two phases, shape (m,)."""
        return self.phase == MASKED


def find_boundaries(grid: Grid, threshold: float = 5.0) -> Boundaries:
    """Return the boundary segments between horizontally or vertically adjacent points.

    Parameters
    ----------
    grid
        The map.
    threshold
        Smallest disorientation of a boundary (degrees). Segments between two phases always count, segments
        to masked points never.

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
    """Named misorientation, such as a twin relation.

    Parameters
    ----------
    name
        Display name.
    angle
        Misorientation angle (degrees).
    axis
        Misorientation axis, a crystal direction [uvw].
    tolerance
        Largest accepted deviation from the misorientation (degrees).
    """

    name: str
    angle: float
    axis: tuple[float, float, float]
    tolerance: float = 5.0


def brandon(sigma: int) -> float:
    """Return the angular tolerance (degrees) of a coincidence site lattice boundary.

    References
    ----------
    Brandon, Acta Met. 14 (1966) 1479.
    """
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
"""Common special boundaries, by the names of `keras_stem.choices.SPECIAL_BOUNDARIES`. The axes of the hcp
twins are <11-20>, which is [100] in three-index notation; their angles are those of magnesium."""


def special_boundary(text: str) -> SpecialBoundary:
    """Parse a special misorientation.

    Parameters
    ----------
    text
        A key of `SPECIAL`, or ``NAME:ANGLE:u,v,w`` or ``NAME:ANGLE:u,v,w:TOLERANCE``, angles in degrees.

    Raises
    ------
    KerasStemError
        If the text has none of these forms.
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
    """Return whether each segment has a special misorientation.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Boundaries of the map.
    special
        The misorientation, up to the crystal symmetry on both sides.

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
    """Return all symmetrically equivalent forms of a special misorientation as quaternions, shape (v, 4)."""
    symmetry = proper_point_group(phase)
    axis = Miller(uvw=special.axis, phase=phase).unit.data
    one = rotations_about(axis.reshape(1, 3), np.array([np.deg2rad(special.angle)])).data[0]
    both = np.stack([one, one * [1, -1, -1, -1]])
    left = quaternion_product(symmetry.data[:, None], both[None]).reshape(-1, 1, 4)
    every = quaternion_product(left, symmetry.data[None]).reshape(-1, 4)
    # q and -q are the same rotation: make the largest component positive so that duplicates are removed.
    every *= np.sign(every[np.arange(len(every)), np.abs(every).round(6).argmax(axis=1)])[:, None]
    return every[np.unique(every.round(5), axis=0, return_index=True)[1]]


@dataclass(frozen=True)
class BoundaryClass:
    """Class of boundary segments.

    Parameters
    ----------
    name
        Display name.
    kind
        "special", "low_angle", "high_angle" or "between_phases".
    chosen
        Mask of the segments in the class, shape (m,), bool.
    """

    name: str
    kind: str
    chosen: np.ndarray


def boundary_classes(
    grid: Grid, boundaries: Boundaries, specials: Sequence[SpecialBoundary] = ()
) -> list[BoundaryClass]:
    """Partition the segments into disjoint classes.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Boundaries of the map.
    specials
        Special misorientations in order of precedence. A segment that matches several belongs to the first,
        and to no class by angle.

    Returns
    -------
    list of BoundaryClass
        Special boundaries first, then the others by angle, then phase boundaries.
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
    """Length fractions of the kinds of boundaries.

    Parameters
    ----------
    low_angle, high_angle, between_phases
        Fractions of low-angle (below 15 degrees) and high-angle (from 15 degrees) boundaries within a phase,
        and of phase boundaries; they sum to 1.
    special
        Fractions of special boundaries, by name. These segments are also counted by angle.
    """

    low_angle: float
    high_angle: float
    between_phases: float
    special: dict[str, float]


def boundary_shares(
    grid: Grid, boundaries: Boundaries, specials: Sequence[SpecialBoundary] = ()
) -> BoundaryShares:
    """Return the length fractions of the kinds of boundaries; NaN without any boundary."""
    return BoundaryShares(
        low_angle=boundaries.share(boundaries.angles < HIGH_ANGLE),
        high_angle=boundaries.share(boundaries.angles >= HIGH_ANGLE),
        between_phases=boundaries.share(boundaries.between_phases),
        special={
            special.name: boundaries.share(is_special(grid, boundaries, special)) for special in specials
        },
    )
