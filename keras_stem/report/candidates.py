"""Candidates of a consensus that the interactive map shows for each point."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.io.foreign_map import NOT_INDEXED

_ANGLES, _PHASES, _BEFORE, _AFTER = (f"candidate_{name}" for name in ("angles", "phases", "before", "after"))


@dataclass(frozen=True)
class PointCandidates:
    """The c most probable candidates of n points; the first is the answer of the map.

    Parameters
    ----------
    angles
        Bunge Euler angles in hundredths of a degree, shape (n, c, 3), uint16.
    phases
        Phase index, shape (n, c), int32; -1 where there is none.
    before, after
        Probability given the pattern alone, and given the whole map (percent), shape (n, c), uint8.
    """

    angles: np.ndarray
    phases: np.ndarray
    before: np.ndarray
    after: np.ndarray


def point_candidates(
    crystal_map: CrystalMap, phases: Mapping[int, Phase], kept: np.ndarray
) -> PointCandidates | None:
    """Return the candidates of some points of a map; None for a map without a consensus.

    Parameters
    ----------
    crystal_map
        Map with the properties of `keras_stem.consensus.statement.ranked_properties`.
    phases
        Phases of the map by their indices.
    kept
        Numbers of the points, shape (n,).
    """
    if not {_ANGLES, _PHASES, _BEFORE, _AFTER} <= set(crystal_map.prop):
        return None
    angles, numbers, before, after = (
        np.asarray(crystal_map.prop[name])[kept] for name in (_ANGLES, _PHASES, _BEFORE, _AFTER)
    )
    if angles.shape != (*numbers.shape, 3) or before.shape != numbers.shape or after.shape != numbers.shape:
        return None  # properties of another program that have the same names
    numbers = np.where(np.isfinite(angles).all(axis=-1), numbers, NOT_INDEXED).astype(np.int32)
    percent = [np.rint(100 * np.clip(np.nan_to_num(one), 0, 1)).astype(np.uint8) for one in (before, after)]
    return PointCandidates(_hundredths(angles, numbers, phases), numbers, *percent)


def _hundredths(angles: np.ndarray, numbers: np.ndarray, phases: Mapping[int, Phase]) -> np.ndarray:
    """Return Euler angles in the fundamental region of each phase, in hundredths of a degree."""
    out = np.zeros(angles.shape, np.uint16)
    for number, phase in phases.items():
        own = numbers == number
        if own.any():
            reduced = reduce_euler(Rotation.from_euler(angles[own].astype(float)), proper_point_group(phase))
            out[own] = np.rint(100 * np.rad2deg(reduced)) % 36000
    return out
