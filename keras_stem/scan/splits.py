"""Disjoint training, validation and test parts of a subset.

Neighbouring positions of one grain are near-copies of each other, so that the paper's random split shows how
well a model remembers grains, and a split by whole grains how well it generalises to orientations that it
has never seen. Blocks of the scan stand between the two.
"""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.grains import segment_grains
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.scan.labels import grid_shape, single_phase

FRACTIONS = (0.6, 0.2, 0.2)
"""Shares of DS_Train, DS_Val and DS_Test."""

GRAIN_THRESHOLD = np.deg2rad(5)
BLOCKS_ALONG_SIDE = 12
TRUE_GRAIN = "truth_grain"
"""Property with the grain numbers of a simulated scan."""


@dataclass(frozen=True)
class Split:
    """Positions of the three parts, each in ascending order."""

    train: np.ndarray
    val: np.ndarray
    test: np.ndarray


def split(labels: CrystalMap, positions: np.ndarray, kind: str, seed: int) -> Split:
    """Divide positions 60/20/20 so that no group of them is torn apart.

    Parameters
    ----------
    labels
        Of the whole scan.
    positions
        Shape (n,), the subset to divide.
    kind
        One of `keras_stem.choices.SPLITS`. "random": each position by itself (the paper's). "grain": whole
        grains, the true ones where the labels have them, otherwise those segmented from the labels at
        5 deg. "block": square blocks of the scan, 12 along its shorter side.
    seed
        Of the order in which groups are dealt out.

    Returns
    -------
    Split

    Raises
    ------
    KerasStemError
        If a part would be empty.
    """
    groups = {"random": _each_its_own, "grain": _grains, "block": _blocks}[kind](labels, positions)
    names, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    # A group belongs to the part in which its middle falls when all groups are laid end to end.
    middle = np.cumsum(sizes[order]) - sizes[order] / 2
    part_of_group = np.empty(len(names), int)
    part_of_group[order] = np.searchsorted(np.cumsum(FRACTIONS[:2]) * len(positions), middle)
    parts = [positions[part_of_group[group] == part] for part in range(3)]
    if not all(len(part) for part in parts):
        raise KerasStemError(
            f"Cannot divide {len(positions)} positions in {len(names)} groups into three ({kind} split)."
        )
    return Split(*parts)


def _each_its_own(labels: CrystalMap, positions: np.ndarray) -> np.ndarray:
    return positions


def _grains(labels: CrystalMap, positions: np.ndarray) -> np.ndarray:
    if TRUE_GRAIN in labels.prop:
        return np.asarray(labels.prop[TRUE_GRAIN])[positions]
    valid = np.zeros(labels.size, bool)
    valid[positions] = True
    symmetry = proper_point_group(single_phase(labels))
    return segment_grains(labels.rotations, grid_shape(labels), symmetry, GRAIN_THRESHOLD, valid)[positions]


def _blocks(labels: CrystalMap, positions: np.ndarray) -> np.ndarray:
    shape = grid_shape(labels)
    rows, columns = np.divmod(positions, shape[1])
    side = max(1, min(shape) // BLOCKS_ALONG_SIDE)
    return (rows // side) * shape[1] + columns // side
