"""Grains whose orientation a consensus could not decide, with their alternatives."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap
from orix.quaternion import Rotation

from keras_stem.analysis.grains import Grains, mean_orientations
from keras_stem.analysis.grid import Grid
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.grains import OUTSIDE
from keras_stem.crystal.symmetry import proper_point_group


@dataclass(frozen=True)
class GrainAmbiguity:
    """What a consensus states of the g grains of a map.

    Parameters
    ----------
    probability
        Mean probability of the answers of each grain, shape (g,).
    ambiguous
        Whether most points of each grain are ambiguous, shape (g,).
    alternative
        Mean Bunge Euler angles of the second-best orientation in the fundamental region (degrees), shape
        (g, 3); NaN for grains without one of their phase.
    """

    probability: np.ndarray
    ambiguous: np.ndarray
    alternative: np.ndarray


def grain_ambiguity(
    grid: Grid, numbers: np.ndarray, grains: Grains, crystal_map: CrystalMap
) -> GrainAmbiguity | None:
    """Return what the consensus of a map states of its grains; None for a map without a consensus.

    Parameters
    ----------
    grid
        The map.
    numbers
        Grain number of each point, shape (n,), -1 outside grains.
    grains
        Properties of the grains.
    crystal_map
        Map with the properties of `keras_stem.consensus.statement.properties_of`.
    """
    if not {"probability", "ambiguous", "alternative_euler", "alternative_phase_id"} <= set(crystal_map.prop):
        return None
    inside = np.flatnonzero(numbers != OUTSIDE)
    group, size = numbers[inside], grains.points
    probability = np.bincount(group, np.asarray(crystal_map.prop["probability"])[inside]) / size
    ambiguous = np.bincount(group, np.asarray(crystal_map.prop["ambiguous"])[inside]) > size / 2
    euler = np.asarray(crystal_map.prop["alternative_euler"], float)
    phase = np.asarray(crystal_map.prop["alternative_phase_id"])
    alternative = np.full((len(grains), 3), np.nan)
    for number, known in grid.phases.items():
        there = inside[(grains.phase[group] == number) & (phase[inside] == number)]
        there = there[np.isfinite(euler[there]).all(axis=1)]
        if not len(there):
            continue
        own, first = np.unique(numbers[there], return_index=True)
        rotations = Rotation.from_euler(euler[there]).data
        symmetry = proper_point_group(known)
        means = mean_orientations(rotations, np.searchsorted(own, numbers[there]), rotations[first], symmetry)
        alternative[own] = np.rad2deg(reduce_euler(Rotation(means), symmetry))
    return GrainAmbiguity(probability, ambiguous, alternative)
