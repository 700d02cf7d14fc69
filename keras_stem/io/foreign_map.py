"""A map as the file of another program has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.errors import KerasStemError

NOT_INDEXED = -1
"""Phase number of points that are not indexed."""


@dataclass(frozen=True)
class ForeignMap:
    """Points in the order of the file, with Euler angles in the convention of the program that wrote it.

    Parameters
    ----------
    rotations
        Shape (n,).
    phase_id
        Number of the phase of each point as the file counts, shape (n,), int; -1 where it is not indexed.
    phases
        By these numbers, those that no point has, too; empty where the file does not tell.
    x, y
        Positions, shape (n,), y downward.
    unit
        Of the positions.
    properties
        All that the file tells of each point, arrays with n entries; "Q" and "R" where they follow from it.
    without_reliability
        How many points have a reliability that was not computed; their R is 0.
    first_phase
        From which number the file counts phases that it does not tell.
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
    """Return the numbers of phases in a column of a file as integers.

    Raises
    ------
    KerasStemError
        If one is not whole.
    """
    wrong = ~((np.abs(values) < 2**31) & (values == np.rint(values)))
    if wrong.any():
        raise KerasStemError(
            f"Expected whole numbers of phases in {path}, found {values[wrong][0]:g} "
            f"in row {np.flatnonzero(wrong)[0] + 1}."
        )
    return values.astype(int)


def reliability(values: np.ndarray, factor: float) -> tuple[np.ndarray, int]:
    """Return R, 0 where a file has the -1 of one that was not computed, and how many these are.

    Parameters
    ----------
    values
        As the file has them, shape (n,).
    factor
        To a scale from 0 to 100.
    """
    return factor * np.maximum(values, 0), int(np.sum(values < 0))


def properties_of(crystal_map: CrystalMap) -> dict[str, np.ndarray]:
    """Return the properties of the points in the data of a map; ``prop.items()`` has those of all points."""
    return {name: np.asarray(crystal_map.prop[name]) for name in crystal_map.prop}


def from_crystal_map(found: CrystalMap) -> ForeignMap:
    """Return the points in the data of an orix map; of several orientations of a point, the first."""
    x, y = (np.zeros(found.size) if axis is None else axis for axis in (found.x, found.y))
    return ForeignMap(
        rotations=Rotation(found.rotations.data.reshape(found.size, -1, 4)[:, 0]),
        phase_id=np.asarray(found.phase_id).reshape(found.size, -1)[:, 0],
        phases={int(number): phase for number, phase in found.phases if number >= 0},
        x=x,
        y=y,
        unit=found.scan_unit,
        properties=properties_of(found),
    )
