"""Special boundaries: coincidence site lattices and others of a stated misorientation."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.vector import Miller

from keras_stem.analysis.boundaries import Boundaries
from keras_stem.analysis.grid import Grid
from keras_stem.crystal.disorientation import misorientation, quaternion_product
from keras_stem.crystal.rotations import rotations_about
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError

_MOST_PRODUCTS = 1 << 24


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
