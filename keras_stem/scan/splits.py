"""Splitting of a subset into disjoint training, validation and test sets.

Neighbouring positions within a grain are near-duplicates. The random split of the paper therefore measures
how well a model memorises grains, and a split by whole grains how well it generalises to unseen orientations.
A split by blocks of the scan is intermediate.
"""

from dataclasses import dataclass, replace

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.grains import segment_grains
from keras_stem.crystal.map_phases import single_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import grid_shape

FRACTIONS = (0.6, 0.2, 0.2)
"""Fractions of DS_Train, DS_Val and DS_Test."""

GRAIN_THRESHOLD = np.deg2rad(5)
BLOCKS_ALONG_SIDE = 12
TRUE_GRAIN = "truth_grain"
"""Property with the ground-truth grain numbers of a simulated scan."""


@dataclass(frozen=True)
class Split:
    """Positions of the training, validation and test sets, each in ascending order."""

    train: np.ndarray
    val: np.ndarray
    test: np.ndarray


def split(labels: CrystalMap, positions: np.ndarray, kind: str, seed: int) -> Split:
    """Split positions 60/20/20 without dividing any group.

    Parameters
    ----------
    labels
        Labels of the whole scan.
    positions
        Shape (n,), positions of the subset to split.
    kind
        One of `keras_stem.choices.SPLITS`. "random": single positions, as in the paper. "grain": whole
        grains, the ground truth if the labels contain it, otherwise segmented from the labels with a
        threshold of 5 degrees. "block": square blocks of the scan, 12 along its shorter side.
    seed
        Seed of the order in which groups are assigned.

    Returns
    -------
    Split

    Raises
    ------
    KerasStemError
        If one of the sets would be empty.
    """
    groups = _GROUPS[kind](labels, positions)
    names, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    # A group is assigned to the set that contains its midpoint when all groups are concatenated.
    middle = np.cumsum(sizes[order]) - sizes[order] / 2
    part_of_group = np.empty(len(names), int)
    part_of_group[order] = np.searchsorted(np.cumsum(FRACTIONS[:2]) * len(positions), middle)
    parts = [positions[part_of_group[group] == part] for part in range(3)]
    if not all(len(part) for part in parts):
        raise KerasStemError(
            f"Cannot divide {len(positions)} positions in {len(names)} groups into three ({kind} split); "
            "choose another --split."
        )
    return Split(*parts)


def with_more_training(
    parts: Split, labels: CrystalMap, positions: np.ndarray, kind: str, seed: int
) -> Split:
    """Return a split with a training set from a larger subset, and the same validation and test sets.

    The training set keeps its positions. Further ones are taken by groups: those that it shares with the
    larger subset as a whole, of all others 60 %, and none that the validation or the test set shares.

    Parameters
    ----------
    parts
        Split of the smaller subset.
    labels
        Labels of the whole scan.
    positions
        Shape (n,), positions of the larger subset in ascending order.
    kind, seed
        As for `split`.
    """
    names, group = np.unique(_GROUPS[kind](labels, positions), return_inverse=True)
    held_out, trained = (
        np.isin(np.arange(len(names)), group[np.isin(positions, one)])
        for one in (np.concatenate([parts.val, parts.test]), parts.train)
    )
    drawn = np.random.default_rng((seed, 1)).random(len(names)) < FRACTIONS[0]
    further = positions[((trained | drawn) & ~held_out)[group]]
    return replace(parts, train=np.union1d(parts.train, further))


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


_GROUPS = {"random": _each_its_own, "grain": _grains, "block": _blocks}
