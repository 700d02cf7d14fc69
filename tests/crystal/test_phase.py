"""Phases, their plain form and their fingerprint."""

import numpy as np
import pytest
from crystals import cif, write_cif
from diffsims.crystallography import ReciprocalLatticeVector
from diffsims.utils.sim_utils import get_kinematical_intensities

import keras_stem
from keras_stem.crystal.axes import relation
from keras_stem.crystal.phase import cell_of, fingerprint, linio2, phase_from_dict, phase_to_dict
from keras_stem.crystal.scattering import reciprocal_base, structure_factors
from keras_stem.crystal.structure_files import load_phase
from keras_stem.crystal.symmetry import proper_point_group


def test_default_phase_has_the_symmetry_and_cell_of_the_paper():
    phase = linio2()
    assert phase.space_group.number == 166
    assert proper_point_group(phase).name == "32"
    assert proper_point_group(phase).size == 6
    assert len(phase.structure) == 12


@pytest.mark.parametrize("restored", [False, True])
def test_reflections_of_the_default_phase_obey_the_centring(restored):
    phase = phase_from_dict(phase_to_dict(linio2())) if restored else linio2()
    vectors = ReciprocalLatticeVector.from_min_dspacing(phase, 0.8)
    intensity = get_kinematical_intensities(phase.structure, vectors.hkl, vectors.gspacing)
    h, k, index = np.round(vectors.hkl).astype(int).T
    extinct = (-h + k + index) % 3 != 0
    assert intensity[extinct].max() < 1e-9 * intensity[~extinct].max()


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("name", ["zirconia_unique_c", "linio2_primitive_p1", "triclinic", "quartz_states"])
def test_fractions_survive_the_axes_of_orix_and_the_plain_form(name, keep):
    phase = load_phase(cif(name), keep_cell=keep)
    restored = phase_from_dict(phase_to_dict(phase))
    assert restored.setting == phase.setting
    cell, again = cell_of(phase), cell_of(restored)
    np.testing.assert_allclose(again.positions, cell.positions, atol=1e-9)
    vectors = ReciprocalLatticeVector.from_min_dspacing(restored, 1.1)
    theirs = get_kinematical_intensities(restored.structure, vectors.hkl, vectors.gspacing)
    ours = np.abs(structure_factors(cell, np.rint(vectors.hkl))) ** 2
    np.testing.assert_allclose(theirs, ours, atol=1e-6 * ours.max())
    assert vectors.hkl @ reciprocal_base(cell) == pytest.approx(vectors.data, abs=1e-9)


def test_the_built_in_phase_is_that_of_the_file():
    assert relation(linio2(), load_phase(cif("linio2_rhombohedral"))) is not None
    assert fingerprint(linio2()) == fingerprint(load_phase(cif("linio2_hexagonal")))
    assert keras_stem.load_phase(cif("gan")).name == "gan"


def test_the_fingerprint_is_that_of_the_structure(tmp_path):
    copper = ("F m -3 m", "3.6 3.6 3.6 90 90 90", ["Cu 0 0 0 1 0"])
    one = load_phase(write_cif(tmp_path / "one.cif", *copper))
    listed = [
        f"Cu{k} {place} 1 0" for k, place in enumerate(("0 0 0", "0 0.5 0.5", "0.5 0 0.5", "0.5 0.5 0"))
    ]
    other = load_phase(write_cif(tmp_path / "other.cif", "P 1", copper[1], listed))
    larger = load_phase(write_cif(tmp_path / "one.cif", "F m -3 m", "3.61 3.61 3.61 90 90 90", copper[2]))
    silver = load_phase(write_cif(tmp_path / "one.cif", *copper[:2], ["Ag 0 0 0 1 0"]))
    assert fingerprint(one) == fingerprint(other)
    assert len({fingerprint(phase) for phase in (one, larger, silver)}) == 3
    assert relation(one, larger) is not None  # another temperature
    assert relation(one, silver) is None
