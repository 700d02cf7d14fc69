"""All 230 space groups: symmetry, patterns, disorientation and colours agree about the axes."""

import gemmi
import numpy as np
import pytest
from crystals import random_crystal
from orix.quaternion import Rotation

from keras_stem.crystal.axes import relation, rotation_from_file
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.scattering import reciprocal_base, reflections_within, structure_factors
from keras_stem.crystal.structure_files import load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.instrument.beam import wave_number
from keras_stem.simulate.kinematic import reflections, spots_of

RADIUS = 1.1


# The last space group of each point group; all settings of all groups are in the slow test below.
LAST = {gemmi.find_spacegroup_by_number(number).point_group_hm(): number for number in range(1, 231)}


@pytest.mark.parametrize("number", LAST.values(), ids=list(LAST))
def test_equivalent_orientations_are_one(number, tmp_path):
    group = gemmi.get_spacegroup_reference_setting(number)
    phase = load_phase(random_crystal(group, tmp_path))
    assert (phase.setting.number, phase.setting.symbol) == (number, group.xhm())
    assert_consistent(phase, group)


@pytest.mark.slow
@pytest.mark.parametrize("group", list(gemmi.spacegroup_table()), ids=lambda group: group.xhm())
def test_so_they_are_in_all_settings(group, tmp_path):
    path = random_crystal(group, tmp_path)
    kept, standard = load_phase(path, keep_cell=True), load_phase(path)
    assert kept.setting.number == standard.setting.number == group.number
    assert standard.setting.symbol == gemmi.get_spacegroup_reference_setting(group.number).xhm()
    assert_consistent(kept, group)
    found = relation(kept, standard)
    assert disorientation(found, rotation_from_file(standard), proper_point_group(standard)).max() < 1e-4


def assert_consistent(phase, group):
    number = group.number
    symmetry = proper_point_group(phase)
    # Half of the Laue group's operations are rotations; gemmi counts them.
    operations = {str(op.rot) for op in group.operations().derive_symmorphic().sym_ops}
    operations |= {str((-np.array(op.rot)).tolist()) for op in group.operations().derive_symmorphic().sym_ops}
    assert 2 * symmetry.size == len(operations)
    assert_reflections_are_mapped(phase, symmetry)
    rotation = random_rotations(1, np.random.default_rng(1000 + number))
    equivalents = Rotation(symmetry.data) * rotation
    repeated = Rotation(np.repeat(rotation.data, symmetry.size, axis=0))
    # The angle of rotations that are alike is known to the root of the rounding errors.
    assert disorientation(equivalents, repeated, symmetry).max() < 1e-6
    for direction in "xyz":
        colors = ipf_colors(equivalents, phase, direction)
        np.testing.assert_allclose(colors, np.broadcast_to(colors[0], colors.shape), atol=1e-5)
    assert_one_pattern(phase, equivalents)


def assert_reflections_are_mapped(phase, symmetry):
    cell = cell_of(phase)
    indices = reflections_within(cell, RADIUS)
    amplitudes = np.abs(structure_factors(cell, indices))
    vectors = indices @ reciprocal_base(cell)
    for turn in symmetry.to_matrix().reshape(-1, 3, 3):
        moved = vectors @ turn.T @ cell.base.T
        np.testing.assert_allclose(moved, np.rint(moved), atol=1e-5)
        theirs = np.abs(structure_factors(cell, np.rint(moved).astype(int)))
        np.testing.assert_allclose(theirs, amplitudes, atol=1e-6 * amplitudes.max())


def assert_one_pattern(phase, equivalents):
    known = reflections(phase, RADIUS)
    images = []
    for matrix in equivalents.to_matrix():
        x, y, intensity = spots_of(
            known.vectors, known.strengths, matrix, wave_number(300.0), 0.01, 0.02, RADIUS
        )
        strong = intensity > 1e-5
        table = np.stack([x, y, intensity], axis=1)[strong].round(6)
        images.append(table)
    assert len(images[0]) > 1
    for image in images[1:]:
        assert len(image) == len(images[0])
        away = np.abs(image[:, None, :2] - images[0][None, :, :2]).max(axis=-1)
        nearest = away.argmin(axis=1)
        assert away.min(axis=1).max() < 1e-5
        np.testing.assert_allclose(image[:, 2], images[0][nearest, 2], atol=1e-5)
