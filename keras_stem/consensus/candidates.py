"""Candidates of the positions of a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from orix.crystal_map import Phase

from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.matching import Candidates

NONE = -1
"""Phase index of absent candidates."""


@dataclass(frozen=True)
class CandidateMap:
    """Candidates of the n positions of a map, row by row.

    Parameters
    ----------
    shape
        Rows and columns.
    phases
        The phases.
    quaternions
        Orientations, lab to crystal, shape (n, k, 4), float32.
    phase
        Phase index of each candidate, shape (n, k); -1 where there is none.
    correlation
        Correlation of pattern and expected spots, shape (n, k), float32.
    disks
        Number of disks that are seen in each pattern, shape (n,).
    """

    shape: tuple[int, int]
    phases: Sequence[Phase]
    quaternions: np.ndarray
    phase: np.ndarray
    correlation: np.ndarray
    disks: np.ndarray

    def __len__(self) -> int:
        return len(self.disks)

    @classmethod
    def joined(cls, parts: Sequence["CandidateMap"]) -> "CandidateMap":
        """Concatenate the candidates of blocks of a line of positions."""
        names = ("quaternions", "phase", "correlation", "disks")
        arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return cls((1, len(arrays["disks"])), parts[0].phases, **arrays)

    @cached_property
    def evidence(self) -> np.ndarray:
        """Number of disks that each candidate explains, shape (n, k), float32; -inf where there is none."""
        explained = explained_disks(self.disks[:, None], self.correlation)
        return np.where(self.phase == NONE, -np.inf, explained).astype(np.float32)

    @cached_property
    def symmetry(self) -> tuple[np.ndarray, np.ndarray]:
        """Proper point groups of the phases, as `keras_stem.consensus.angles` takes them."""
        groups = [proper_point_group(phase).data.reshape(-1, 4) for phase in self.phases]
        return np.concatenate(groups), np.cumsum([0, *map(len, groups)])


def explained_disks(disks: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Return how many disks of patterns an orientation explains, from its correlation."""
    return disks * np.square(correlation)


def candidate_map(
    shape: tuple[int, int], phases: Sequence[Phase], found: Sequence[Candidates]
) -> CandidateMap:
    """Return the candidates of a map.

    Parameters
    ----------
    shape
        Rows and columns.
    phases
        The phases.
    found
        Candidates of all positions for each phase.
    """
    parts = [_quaternions(one.matrices) for one in found]
    correlation = np.concatenate([one.correlation for one in found], axis=1)
    numbers = np.repeat(np.arange(len(found)), [part.shape[1] for part in parts])
    phase = np.where(correlation > 0, numbers, NONE).astype(np.int16)
    return CandidateMap(
        shape,
        phases,
        np.concatenate(parts, axis=1),
        phase,
        correlation.astype(np.float32),
        np.asarray(found[0].disks, float),
    )


def _quaternions(matrices: np.ndarray) -> np.ndarray:
    """Return quaternions of orientation matrices (n, k, 3, 3); those of zero matrices are the identity."""
    flat = matrices.reshape(-1, 3, 3)
    absent = ~flat.any(axis=(1, 2))
    there = np.where(absent[:, None, None], np.eye(3), flat)
    return from_matrices(there).data.reshape(*matrices.shape[:2], 4).astype(np.float32)
