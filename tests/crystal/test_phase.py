import numpy as np
import pytest
from diffsims.crystallography import ReciprocalLatticeVector
from diffsims.utils.sim_utils import get_kinematical_intensities

from keras_stem.crystal.phase import linio2, phase_from_dict, phase_to_dict
from keras_stem.crystal.structure_files import load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError


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


def test_no_cif_is_a_clear_error(tmp_path):
    path = tmp_path / "nonsense.cif"
    path.write_text("nothing of the kind")
    with pytest.raises(KerasStemError, match=r"nonsense\.cif"):
        load_phase(path)
    with pytest.raises(KerasStemError, match="absent"):
        load_phase(tmp_path / "absent.cif")
