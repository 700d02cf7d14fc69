"""Training data from a scan or a simulation."""

import dataclasses

import numpy as np
import pytest
from crystals import write_cif
from simulated_training import RECIPE

from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.training.data import prepare_scan, prepare_simulation

pytestmark = pytest.mark.backend


def test_a_scan_of_zeros_is_refused(tmp_path, scan, narrow_recipe):
    from keras_stem.scan.writing import create_scan

    with create_scan(tmp_path / "zeros.h5", scan.info) as writer:
        writer.write_rows(0, np.zeros_like(scan.patterns[:]))
        writer.write_labels(scan.labels)
    with Scan(tmp_path / "zeros.h5") as zeros, pytest.raises(KerasStemError, match="zero"):
        prepare_scan(zeros, narrow_recipe.data, narrow_recipe.seed)


def test_a_scan_without_calibration_is_refused(tmp_path, scan, narrow_recipe):
    from keras_stem.instrument.detector import Detector
    from keras_stem.scan.writing import create_scan

    info = dataclasses.replace(scan.info, detector=Detector((64, 64), float("nan")))
    with create_scan(tmp_path / "bare.h5", info) as writer:
        writer.write_rows(0, scan.patterns[:])
        writer.write_labels(scan.labels)
    with Scan(tmp_path / "bare.h5") as bare, pytest.raises(KerasStemError, match="no reciprocal calibration"):
        prepare_scan(bare, narrow_recipe.data, narrow_recipe.seed)


@pytest.mark.usefixtures("few_scored")
def test_the_seed_fixes_what_is_seen():
    first, again, other = (prepare_simulation(RECIPE.data, seed) for seed in (0, 0, 1))
    patterns = [data.scored["val"].source.read(np.arange(200)) for data in (first, again, other)]
    np.testing.assert_array_equal(patterns[0], patterns[1])
    assert (patterns[0] != patterns[2]).any()
    assert (patterns[0] != first.scored["test"].source.read(np.arange(200))).any()
    assert first.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.usefixtures("few_scored")
def test_the_fingerprint_is_that_of_the_crystal_and_not_of_its_file(tmp_path):
    def fingerprint(name, a):
        path = write_cif(tmp_path / f"{name}.cif", "F m -3 m", f"{a} {a} {a} 90 90 90", ["Cu 0 0 0 1 0"])
        settings = dataclasses.replace(RECIPE.data, crystal=CrystalFile(str(path)))
        return prepare_simulation(settings, 0).fingerprint

    assert fingerprint("one", 3.6) == fingerprint("other", 3.6) != fingerprint("one", 3.61)
