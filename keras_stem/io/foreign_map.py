"""Maps as stored in files of other programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.rotations import first_rotations
from keras_stem.errors import KerasStemError

NOT_INDEXED = -1
"""Phase number of points that are not indexed."""


@dataclass(frozen=True)
class ForeignMap:
    """Map points in the order of the file, with orientations in the convention of the program that wrote it.

    Parameters
    ----------
    rotations
        Orientations, shape (n,).
    phase_id
        Phase number of each point in the numbering of the file, shape (n,), int; -1 where it is not indexed.
    phases
        Phases by number, including phases without points; empty if the file does not describe them.
    x, y
        Positions, shape (n,), y downward.
    unit
        Unit of the positions.
    properties
        All properties in the file, arrays with n entries, with "Q" and "R" where they can be derived.
    without_reliability
        Number of points whose reliability was not computed; their R is 0.
    first_phase
        First phase number of a file that does not describe its phases.
    """

    rotations: Rotation
    phase_id: np.ndarray
    phases: Mapping[int, Phase]
    x: np.ndarray
    y: np.ndarray
    unit: str
    properties: Mapping[str, np.ndarray] = field(default_factory=dict)
    without_reliability: int = 0
    first_phase: int = 0


def phase_numbers(values: np.ndarray, path: Path) -> np.ndarray:
    """Return the phase numbers in a column of a file as integers.

    Raises
    ------
    KerasStemError
        If a value is not a whole number.
    """
    wrong = ~((np.abs(values) < 2**31) & (values == np.rint(values)))
    if wrong.any():
        raise KerasStemError(
            f"Expected whole numbers of phases in {path}, found {values[wrong][0]:g} "
            f"in row {np.flatnonzero(wrong)[0] + 1}."
        )
    return values.astype(int)


def reliability(values: np.ndarray, factor: float) -> tuple[np.ndarray, int]:
    """Return R, with 0 where it was not computed (-1 in the file), and the number of such points.

    Parameters
    ----------
    values
        Reliabilities in the file, shape (n,).
    factor
        Factor to a scale from 0 to 100.
    """
    return factor * np.maximum(values, 0), int(np.sum(values < 0))


def properties_of(crystal_map: CrystalMap) -> dict[str, np.ndarray]:
    """Return the properties of the points in the data of a map; ``prop.items()`` covers all points."""
    return {name: np.asarray(crystal_map.prop[name]) for name in crystal_map.prop}


def from_crystal_map(found: CrystalMap) -> ForeignMap:
    """Return the points in the data of an orix map, with the first of several orientations per point."""
    x, y = (np.zeros(found.size) if axis is None else axis for axis in (found.x, found.y))
    return ForeignMap(
        rotations=first_rotations(found),
        phase_id=np.asarray(found.phase_id).reshape(found.size, -1)[:, 0],
        phases={int(number): phase for number, phase in found.phases if number >= 0},
        x=x,
        y=y,
        unit=found.scan_unit,
        properties=properties_of(found),
    )
