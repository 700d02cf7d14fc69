"""Densities of orientations against closed forms and orix."""

import numpy as np
import pytest
from densities import mean_square
from orix.quaternion import Rotation
from phases import PHASES

from keras_stem.analysis.density_kernel import DensityKernel
from keras_stem.analysis.orientation_density import orientation_density, sections, texture_strength
from keras_stem.analysis.pole_density import inverse_pole_figure, pole_figure
from keras_stem.analysis.texture import (
    component_fraction,
    parse_component,
)
from keras_stem.crystal.rotations import even_directions, random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.workflow.prepare import prepare_map


def test_random_orientations_are_one_everywhere(phase, rng):
    group = proper_point_group(phase)
    density = orientation_density(random_rotations(15_000, rng), group, 30.0)
    values = density.at(random_rotations(500, rng))
    assert values.mean() == pytest.approx(1, abs=0.02)
    assert np.abs(values - 1).max() < 0.4
    strength = texture_strength(density)
    assert strength.index == pytest.approx(1, abs=0.02)
    around = even_directions(400)
    for found in (
        pole_figure(density, np.array([0.0, 0, 1])),
        inverse_pole_figure(density, np.array([1.0, 0, 1])),
    ):
        assert np.abs(found.at(around) - 1).max() < 0.15


def test_one_orientation_gives_the_kernel(phase, rng):
    group, kernel = proper_point_group(phase), DensityKernel(12.0)
    one = random_rotations(1, rng)
    density = orientation_density(one, group, 12.0)
    assert density.at(one)[0] == pytest.approx(kernel.maximum / group.size, rel=1e-3)
    away = small_rotations(np.deg2rad([12.0]), rng) * one
    assert density.at(away)[0] == pytest.approx(kernel.maximum / group.size / 2, rel=1e-2)
    equivalents = Rotation(group.data) * one
    np.testing.assert_allclose(density.at(equivalents), density.at(one)[0], rtol=1e-4)
    strength = texture_strength(density)
    assert strength.index == pytest.approx(mean_square(kernel) / group.size, rel=0.02)
    assert strength.maximum == pytest.approx(kernel.maximum / group.size, rel=1e-3)
    assert component_fraction(one, phase, _component_at(strength.orientation), 0.5) == 1


def _component_at(rotation):
    angles = np.rad2deg(rotation.to_euler())[0]
    return parse_component(f"peak:{angles[0]},{angles[1]},{angles[2]}")


def test_density_has_mean_one_over_orientation_space(phase, rng):
    density = orientation_density(random_rotations(20, rng), proper_point_group(phase), 30.0)
    assert density.at(random_rotations(10_000, rng)).mean() == pytest.approx(1, abs=0.05)


def test_sections_show_an_orientation_at_its_angles():
    group = proper_point_group(PHASES["R-3m"]())
    density = orientation_density(Rotation.from_euler([200, 40, 45], degrees=True), group)
    found = sections(density)
    section, tilt, phi1 = np.unravel_index(found.values.argmax(), found.values.shape)
    assert (found.phi1[phi1], found.tilt[tilt], found.phi2[section]) == (200, 40, 45)
    np.testing.assert_array_equal(found.phi2, np.arange(0, 120, 15))
    large = sections(orientation_density(Rotation.identity(), proper_point_group(PHASES["P-1"]())), 30.0)
    assert large.values.shape == (12, 7, 13)


def test_real_map_has_a_sharper_texture_than_random(real_files, rng):
    prepared = prepare_map(real_files / "maps" / "astar_copper.ctf", "oxford")
    group = proper_point_group(prepared.crystal_map.phases[0])
    strength = texture_strength(orientation_density(prepared.crystal_map.rotations, group, 25.0))
    count = prepared.crystal_map.size
    random = texture_strength(orientation_density(random_rotations(count, rng), group, 25.0))
    assert random.index < 1.005 < 1.03 < strength.index < 2
    assert random.maximum < 1.2 < 1.5 < strength.maximum
