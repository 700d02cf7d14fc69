"""What orix reads is right in orix's own axes, and comes back in ours."""

import gemmi
import numpy as np
import orix.io
import pytest
from crystals import cif, random_crystal
from orix.plot import IPFColorKeyTSL
from orix.quaternion import Orientation, Rotation
from orix.vector import Vector3d

from keras_stem.crystal.axes import in_file_axes, orix_form, relation, rotation_from_file
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import cell_of, fingerprint
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.scattering import reflections_within, structure_factors
from keras_stem.crystal.structure_files import load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.io.export import write_map
from keras_stem.io.map_files import read_map
from keras_stem.io.map_grid import crystal_map

SETTINGS = (
    "P 1 21/c 1", "P 1 1 21/b", "P 21/b 1 1", "P 1 m 1", "C 1 2/c 1", "P 3 1 2", "P 31 1 2", "P 3 1 m",
    "P -3 1 m", "P -3 m 1", "R -3 m:R", "R 3 2:H", "P 6 m m", "P n n m", "P b n m", "P m -3",
)  # fmt: skip


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("symbol", SETTINGS)
def test_orix_alone_gets_disorientation_and_colours_right(symbol, keep, tmp_path):
    group = gemmi.find_spacegroup_by_name(symbol)
    phase = load_phase(random_crystal(group, tmp_path), keep_cell=keep)
    symmetry = proper_point_group(phase)
    rotation = random_rotations(1, np.random.default_rng(5))
    equivalents = Rotation(symmetry.data) * rotation
    properties = {"truth_euler": equivalents.to_euler()}
    count = symmetry.size
    written = crystal_map(
        Rotation(np.tile(equivalents.data, (2, 1))), phase, (2, count), 1.0, "nm",
        {name: np.tile(values, (2, 1)) for name, values in properties.items()},
    )  # fmt: skip
    write_map(tmp_path / "map.h5", written, {})

    found = orix.io.load(tmp_path / "map.h5")
    laue = found.phases[0].point_group.laue
    orientations = Orientation(found.rotations.data, symmetry=laue)
    assert np.rad2deg(orientations[0].angle_with_outer(orientations)).max() < 0.01
    for direction in (Vector3d.xvector(), Vector3d.yvector(), Vector3d.zvector()):
        colors = IPFColorKeyTSL(laue, direction).orientation2color(orientations)
        np.testing.assert_allclose(colors, np.broadcast_to(colors[0], colors.shape), atol=1e-3)
    np.testing.assert_allclose(
        Rotation.from_euler(found.prop["truth_euler"]).angle_with(found.rotations), 0, atol=1e-4
    )
    assert_same_directions(found, written)

    again, _ = read_map(tmp_path / "map.h5")
    assert again.phases[0].setting == phase.setting
    assert disorientation(again.rotations, written.rotations, symmetry).max() < 1e-6
    np.testing.assert_allclose(cell_of(again.phases[0]).positions, cell_of(phase).positions, atol=1e-9)


def assert_same_directions(found, written):
    """The atoms lie in the same directions of the lab, whatever cell they are written in."""
    for index in range(3):
        shown, meant = (
            np.sort(pairs_in_lab(one.phases[0], one.rotations[index]).round(3), axis=0)
            for one in (found, written)
        )
        np.testing.assert_allclose(shown, meant, atol=2e-3)


def pairs_in_lab(phase, rotation):
    """The directions, as x, y and z in the lab, of the shortest vectors between unlike atoms."""
    cell = cell_of(phase)
    elements = np.array([species[0][0] for species in cell.species])
    iron, oxygen = cell.positions[elements == "Fe"], cell.positions[elements == "O"]
    images = np.stack(np.meshgrid(*3 * [(-1, 0, 1)]), axis=-1).reshape(-1, 3)
    between = (iron[:, None, None] - oxygen[None, :, None] + images).reshape(-1, 3) @ cell.base
    lengths = np.linalg.norm(between, axis=1)
    nearest = between[lengths < lengths.min() + 1e-3]
    unit = nearest / np.linalg.norm(nearest, axis=1, keepdims=True)
    seen = unit @ rotation.to_matrix()[0]
    return np.unique(seen.round(3), axis=0)


def test_a_phase_whose_axes_orix_has_stays_as_it_is():
    for name in ("linio2_hexagonal", "spinel_origin2", "olivine_states", "gan"):
        phase = load_phase(cif(name))
        assert orix_form(phase)[0] is phase


@pytest.mark.parametrize("name", ["linio2_rhombohedral", "zirconia_unique_c", "spinel_origin1"])
def test_relation_is_the_way_between_cells(name):
    """By the reflections that coincide, not by the transformation that the reader recorded."""
    kept, standard = load_phase(cif(name), keep_cell=True), load_phase(cif(name))
    rotation = relation(kept, standard)
    cells = cell_of(kept), cell_of(standard)
    moved = cells[0].base @ rotation.to_matrix()[0].T @ np.linalg.inv(cells[1].base)
    # Lattice vectors of the kept cell are lattice vectors of the other, centring included.
    np.testing.assert_allclose(6 * moved, np.rint(6 * moved), atol=2e-3)
    assert relation(load_phase(cif("silicon_origin1")), standard) is None


@pytest.mark.parametrize("name", ["linio2_rhombohedral", "zirconia_p21a", "zirconia_unique_c"])
def test_the_way_back_to_the_axes_of_the_file(name):
    phase, kept = load_phase(cif(name)), load_phase(cif(name), keep_cell=True)
    back = in_file_axes(phase)
    np.testing.assert_allclose(cell_of(back).lattice, cell_of(kept).lattice, atol=1e-6)
    indices = reflections_within(cell_of(kept), 0.8)
    both = [np.abs(structure_factors(cell_of(one), indices)) for one in (back, kept)]
    np.testing.assert_allclose(both[0], both[1], atol=1e-6 * both[1].max())
    assert fingerprint(back) == fingerprint(kept)
    assert rotation_from_file(kept).angle == pytest.approx(0)
