"""Phases of maps, and orientations in other cells of one crystal."""

import numpy as np
import pytest
from crystals import cif
from grids import NICKEL, map_of
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.crystal.axes import relation
from keras_stem.crystal.map_phases import EULER, in_axes_of, phases_of, single_phase, turn_points
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError


def test_phases_that_occur_are_listed_by_number(rng):
    phase_id = np.array([0, 0, 1, 1, -1, 0])
    made = map_of(random_rotations(6, rng), (2, 3), phase=[linio2(), NICKEL], phase_id=phase_id)
    assert {number: phase.name for number, phase in phases_of(made).items()} == {0: linio2().name, 1: "Ni"}
    assert list(phases_of(made[phase_id != 1])) == [0]
    with pytest.raises(KerasStemError, match=r"one phase, found .*Ni"):
        single_phase(made)
    unknown = map_of(random_rotations(4, rng), (2, 2), phase=Phase("glass"))
    with pytest.raises(KerasStemError, match="'glass' is unknown"):
        single_phase(unknown)


def test_points_of_one_phase_are_turned_with_their_properties(rng):
    rotations, turn = random_rotations(5, rng), Rotation.from_axes_angles([1, 1, 0], 0.7)
    euler = rotations.to_euler()
    data = dict(zip(EULER, euler.T, strict=True))
    data |= {"phase_id": np.array([0, 1, 0, 1, 1]), "truth_euler": euler.copy()}
    turn_points(data, 1, turn)
    chosen = data["phase_id"] == 1
    found = np.stack([data[name] for name in EULER], axis=1)
    np.testing.assert_array_equal(found[~chosen], euler[~chosen])
    turned = Rotation.from_euler(found[chosen])
    np.testing.assert_allclose(turned.angle_with(turn * rotations[chosen]), 0, atol=1e-6)
    np.testing.assert_allclose(data["truth_euler"], found)


def test_candidates_are_turned_where_they_are_of_the_phase(rng):
    rotations, turn = random_rotations(4, rng), Rotation.from_axes_angles([1, 1, 0], 0.7)
    angles = rotations.to_euler().reshape(2, 2, 3)
    phases = np.array([[1, 0], [1, -1]])
    data = dict(zip(EULER, angles[:, 0].T, strict=True)) | {"phase_id": phases[:, 0]}
    data |= {"candidate_angles": angles.copy(), "candidate_phases": phases}
    turn_points(data, 1, turn)
    np.testing.assert_allclose(data["candidate_angles"][:, 0], np.stack([data[name] for name in EULER], 1))
    np.testing.assert_array_equal(data["candidate_angles"][:, 1], angles[:, 1])


def test_labels_in_the_axes_of_another_cell(rng):
    kept, standard = (load_phase(cif("zirconia_unique_c"), keep_cell=keep) for keep in (True, False))
    rotations = random_rotations(4, rng)
    labels = map_of(rotations, (2, 2), phase=kept, truth_euler=rotations.to_euler())
    moved = in_axes_of(standard, labels)
    expected = relation(kept, standard) * rotations
    np.testing.assert_allclose(moved.rotations.angle_with(expected), 0, atol=1e-6)
    np.testing.assert_allclose(
        Rotation.from_euler(moved.prop["truth_euler"]).angle_with(expected), 0, atol=1e-6
    )
    assert moved.phases[0].setting == standard.setting
    assert in_axes_of(kept, labels) is labels
    with pytest.raises(KerasStemError):
        in_axes_of(load_phase(cif("gold")), labels)
