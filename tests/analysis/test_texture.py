"""Fractions of phases and texture components against known orientations."""

import numpy as np
import pytest
from orix.quaternion import Rotation
from orix.vector import Vector3d
from phases import PHASES

from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.pole_density import plane_normal
from keras_stem.analysis.texture import (
    component_fraction,
    parse_component,
    phase_fractions,
)
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import crystal_map


def test_phase_fractions_are_of_the_points_that_count(rng):
    phases = [PHASES["Pm-3m"](), PHASES["R-3m"]()]
    ids = np.array([0, 0, 0, 1, 1, 1, 1, 1, -1])
    mapped = crystal_map(random_rotations(9, rng), phases, (3, 3), 1.0, "nm", {}, ids)
    fractions = phase_fractions(grid_of(mapped, np.arange(9) > 0))
    assert fractions == {0: pytest.approx(2 / 7), 1: pytest.approx(5 / 7)}


def test_share_of_a_component_is_that_within_the_tolerance(phase, rng):
    ideal = Rotation.from_euler([30, 40, 20], degrees=True)
    angles = np.deg2rad([1, 5, 9, 9.9, 10.1, 12])
    near = Rotation(proper_point_group(phase).data[-1]) * small_rotations(angles, rng) * ideal
    assert component_fraction(near, phase, parse_component("a:30,40,20"), 10.0) == pytest.approx(4 / 6)


def test_goss_and_copper_have_the_angles_of_books():
    phase = PHASES["Pm-3m"]()
    for text, angles in {
        "Goss:{011}<100>": [[0, 45, 0]],
        "Copper:{112}<11-1>": [[90, 35.26, 45], [270, 35.26, 45]],
        "Brass:{110}<1-12>": [[35.26, 45, 0], [54.74, 90, 45], [144.74, 45, 0]],
    }.items():
        books = Rotation.from_euler(angles, degrees=True)
        assert component_fraction(books, phase, parse_component(text), 0.1) == 1
    cube = Rotation.from_euler([[0, 0, 0]], degrees=True)
    assert component_fraction(cube, phase, parse_component("Goss:{011}<100>")) == 0


def test_component_with_four_indices_has_its_plane_up():
    phase = PHASES["R-3m"]()
    component = parse_component("Prism:{10-10}<0001>")
    assert component.fits(phase)
    assert not component.fits(PHASES["Pm-3m"]())
    ideal = component.orientations(phase)
    np.testing.assert_allclose(np.abs((ideal * Vector3d([1, 0, 0])).data[:, 2]), 1)
    up = np.abs((ideal * Vector3d([0, 0, 1])).data @ plane_normal((1, 0, -1, 0), phase))
    np.testing.assert_allclose(up, 1)


def test_component_whose_direction_leaves_its_plane_is_refused():
    with pytest.raises(KerasStemError, match="lies in its plane"):
        parse_component("Odd:{001}<111>").orientations(PHASES["Pm-3m"]())
