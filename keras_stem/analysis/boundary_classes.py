"""Classes of boundaries, by their misorientation, and the share of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_stem.analysis.boundaries import Boundaries
from keras_stem.analysis.grid import Grid
from keras_stem.analysis.special_boundaries import SpecialBoundary, is_special

HIGH_ANGLE = 15.0
"""Smallest misorientation of a high-angle boundary (degrees)."""


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
