"""Densities of orientations and axes, and shares of components, against what is known of them."""

import numpy as np
import pytest
from orix.quaternion import Rotation
from orix.vector import Vector3d
from phases import PHASES
from scipy.special import beta

from keras_stem.analysis.density_kernel import DensityKernel, gather
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.notation import parse_direction, parse_indices, write_direction, write_indices
from keras_stem.analysis.orientation_density import orientation_density, sections, texture_strength
from keras_stem.analysis.pole_density import inverse_pole_figure, plane_normal, pole_figure
from keras_stem.analysis.texture import (
    component_fraction,
    parse_component,
    phase_fractions,
    usual_planes,
)
from keras_stem.crystal.rotations import even_directions, random_rotations, rotations_about, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import crystal_map
from keras_stem.workflow.prepare import prepare_map

NAMES = ("Pm-3m", "P6/mmm", "R-3m")


@pytest.fixture(params=NAMES)
def phase(request):
    return PHASES[request.param]()


def mean_square(kernel):
    """The texture index of one orientation without symmetry, in closed form."""
    return kernel.maximum**2 * beta(1.5, 2 * kernel.power + 0.5) / beta(1.5, 0.5)


def test_kernel_has_mean_one_and_its_half_width():
    kernel = DensityKernel(10.0)
    angles = np.linspace(0, np.pi, 20001)
    values = kernel.of_rotations(np.cos(angles / 2))
    share = (1 - np.cos(angles)) / np.pi  # of orientation space at each angle
    assert np.trapezoid(values * share, angles) == pytest.approx(1, abs=1e-6)
    assert np.trapezoid(values**2 * share, angles) == pytest.approx(mean_square(kernel), rel=1e-6)
    assert kernel.of_rotations(np.cos(np.deg2rad(5.0))) == pytest.approx(kernel.maximum / 2)
    of_axes = kernel.of_axes(np.cos(angles))
    assert np.trapezoid(of_axes * np.sin(angles) / 2, angles) == pytest.approx(1, abs=1e-6)


def test_kernel_of_axes_is_that_of_orientations_along_a_fibre():
    kernel, tilt = DensityKernel(20.0), np.deg2rad(17.0)
    fibre = rotations_about(
        np.tile([[0.0, 0, 1]], (3600, 1)), np.linspace(0, 2 * np.pi, 3600, endpoint=False)
    )
    tilted = fibre * rotations_about(np.array([[1.0, 0, 0]]), np.array([tilt]))
    one_way = kernel.of_rotations(tilted.data[:, 0]).mean()
    assert one_way / 2 == pytest.approx(kernel.of_axes(np.cos([tilt]))[0], rel=1e-6)


def test_gathered_points_keep_their_weight_and_place(rng):
    points = random_rotations(5000, rng).data
    centres, weights = gather(points, np.full(5000, 1 / 5000), 0.3)
    assert len(centres) < 1000
    assert weights.sum() == pytest.approx(1)
    nearest = np.abs(points @ centres.T).max(axis=1)
    assert 2 * np.arccos(nearest.min()) < 2 * 0.6
    np.testing.assert_allclose(
        gather(points[:1], np.ones(1), 0.3)[0], gather(-points[:1], np.ones(1), 0.3)[0]
    )


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


@pytest.mark.parametrize("name", ["P6/mmm", "R-3m"])
def test_fibre_is_a_spot_and_a_ring(name, rng):
    """The c axis stands halfway between x and z, and the crystals are turned about it."""
    phase = PHASES[name]()
    spin = rotations_about(np.tile([[0.0, 0, 1]], (2000, 1)), rng.uniform(0, 2 * np.pi, 2000))
    tilt = rotations_about(np.array([[0.0, 1, 0]]), np.array([-np.pi / 4]))
    density = orientation_density(spin * tilt, proper_point_group(phase))
    around = even_directions(8000)
    basal = pole_figure(density, plane_normal((0, 0, 0, 1), phase))
    axis = around[basal.at(around).argmax()]
    assert abs(axis @ np.array([1, 0, 1]) / np.sqrt(2)) > np.cos(np.deg2rad(2))
    prism = pole_figure(density, plane_normal((1, 0, -1, 0), phase))
    ring = prism.at(np.array([[1.0, 0, -1], [0, 1, 0], [1, 1, -1], [1, 0, 1]]))
    np.testing.assert_allclose(ring[:3], ring[0], rtol=0.1)
    assert ring[3] < 0.01 * ring[0]
    along = inverse_pole_figure(density, np.array([1.0, 0, 1]))
    assert along.at(np.array([[0.0, 0, 1]]))[0] == pytest.approx(along.maximum(), rel=1e-3)


def test_poles_are_where_orix_has_them(phase, rng):
    one = random_rotations(1, rng)
    density = orientation_density(one, proper_point_group(phase), 5.0)
    normal = plane_normal(usual_planes(phase)[-1], phase)
    pole = (~one) * Vector3d(normal)
    figure = pole_figure(density, normal)
    assert figure.at(pole.data)[0] == pytest.approx(figure.maximum(), rel=1e-3)
    np.testing.assert_allclose(figure.at(-pole.data), figure.at(pole.data), rtol=1e-6)
    crystal = one * Vector3d([[0.3, 0.2, 0.9]])
    inverse = inverse_pole_figure(density, np.array([0.3, 0.2, 0.9]))
    equivalents = proper_point_group(phase).outer(crystal).data.reshape(-1, 3)
    np.testing.assert_allclose(inverse.at(equivalents), inverse.maximum(), rtol=1e-3)


def test_sections_show_an_orientation_at_its_angles():
    group = proper_point_group(PHASES["R-3m"]())
    density = orientation_density(Rotation.from_euler([200, 40, 45], degrees=True), group)
    found = sections(density)
    section, tilt, phi1 = np.unravel_index(found.values.argmax(), found.values.shape)
    assert (found.phi1[phi1], found.tilt[tilt], found.phi2[section]) == (200, 40, 45)
    np.testing.assert_array_equal(found.phi2, np.arange(0, 120, 15))
    large = sections(orientation_density(Rotation.identity(), proper_point_group(PHASES["P-1"]())), 30.0)
    assert large.values.shape == (12, 7, 13)


def test_phase_fractions_are_of_the_points_that_count(rng):
    phases = [PHASES["Pm-3m"](), PHASES["R-3m"]()]
    ids = np.array([0, 0, 0, 1, 1, 1, 1, 1, -1])
    mapped = crystal_map(random_rotations(9, rng), phases, (3, 3), 1.0, "nm", {}, ids)
    fractions = phase_fractions(grid_of(mapped, np.arange(9) > 0))
    assert fractions == {0: pytest.approx(2 / 7), 1: pytest.approx(5 / 7)}


def test_real_map_has_a_sharper_texture_than_random(real_files, rng):
    prepared = prepare_map(real_files / "maps" / "astar_copper.ctf", "oxford")
    group = proper_point_group(prepared.crystal_map.phases[0])
    strength = texture_strength(orientation_density(prepared.crystal_map.rotations, group, 25.0))
    count = prepared.crystal_map.size
    random = texture_strength(orientation_density(random_rotations(count, rng), group, 25.0))
    assert random.index < 1.005 < 1.03 < strength.index < 2
    assert random.maximum < 1.2 < 1.5 < strength.maximum


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


def test_notation_goes_round():
    for text in ("111", "10-10", "1,0,-1,12", "-1,0,14"):
        assert write_indices(parse_indices(text)) == text
    assert parse_indices("1,0,0") == parse_indices("100") == (1, 0, 0)
    for text in ("x", "z", "1,0,1", "0.5,-2,0"):
        assert write_direction(parse_direction(text)) == text


@pytest.mark.parametrize("text", ["", "11", "1010", "000", "1,a,0", "12345"])
def test_indices_that_are_none_are_refused(text):
    with pytest.raises(KerasStemError, match="indices"):
        parse_indices(text)


@pytest.mark.parametrize("width", [4.9, 46.0, float("nan")])
def test_half_width_has_a_range(width):
    with pytest.raises(KerasStemError, match="half width"):
        DensityKernel(width)
