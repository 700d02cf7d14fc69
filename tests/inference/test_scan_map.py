"""Maps of scans: the axes that they are in, and their refinement."""

import numpy as np
import pytest
from crystals import cif
from directions import along_lab, degrees_apart
from orix.quaternion import Rotation

from keras_stem.choices import REFINEMENTS
from keras_stem.crystal.axes import relation
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError
from keras_stem.inference.scan_map import predict_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.tracking.resolve import load_model

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def model(trained):
    """The model of the shared training."""
    return load_model(trained.model_uri)


def test_a_network_maps_in_the_axes_of_another_setting(model, scan):
    kept = load_phase(cif("linio2_rhombohedral"), keep_cell=True)
    own, other = predict_map(model, scan), predict_map(model, scan, phase=kept)
    by_hand = np.linalg.inv([[1, -1, 0], [0, 1, -1], [1, 1, 1]])
    hexagonal = along_lab(kept, other.crystal_map.rotations) @ by_hand
    reference = along_lab(scan.phase, own.crystal_map.rotations)
    assert degrees_apart(hexagonal, reference, scan.phase).max() < 0.05
    np.testing.assert_allclose(other.disorientation, own.disorientation, atol=0.01)
    with pytest.raises(KerasStemError, match=r"Expected one crystal, found two: LiNiO2 .* and spinel"):
        predict_map(model, scan, phase=load_phase(cif("spinel_origin2")))


def test_labels_in_another_setting_are_compared_in_the_models(model, own_scan):
    kept = load_phase(cif("linio2_rhombohedral"), keep_cell=True)
    with Scan(own_scan) as scan:
        before = predict_map(model, scan).disorientation
        turned = relation(scan.phase, kept) * scan.labels.rotations
        labels = crystal_map(turned, kept, scan.info.shape, scan.info.steps, scan.info.unit, {})
    append_labels(own_scan, labels)
    with Scan(own_scan) as scan:
        assert scan.phase.setting.symbol == "R -3 m:R"
        np.testing.assert_allclose(predict_map(model, scan).disorientation, before, atol=0.01)


@pytest.mark.slow
def test_thorough_refinement_looks_at_more(model, scan):
    quick, thorough = (predict_map(model, scan, refine=how) for how in REFINEMENTS)
    gained = thorough.property("agreement") - quick.property("agreement")
    assert np.mean(gained > -0.1) > 0.9
    assert gained.mean() > 0
    assert np.mean(thorough.disorientation < 5) >= np.mean(quick.disorientation < 5)


@pytest.mark.slow
def test_a_consensus_decides_between_refined_candidates(model, scan):
    alone = predict_map(model, scan, refine="quick")
    agreed = predict_map(model, scan, refine="quick", consensus=True)
    clear = np.asarray(scan.labels.prop["truth_weight"]) > 0.9
    assert np.mean(agreed.disorientation[clear] < 5) >= np.mean(alone.disorientation[clear] < 5)
    assert np.all(agreed.property("agreement") <= alone.property("agreement") + 3)
    stated = {"probability", "ambiguous", "alternative_euler", "alternative_probability", "uncertainty"}
    assert stated <= set(agreed.crystal_map.prop)
    assert not stated - {"uncertainty"} & set(alone.crystal_map.prop)
    with pytest.raises(KerasStemError, match="Expected a refinement, between whose"):
        predict_map(model, scan, consensus=True)


def test_alternatives_are_in_the_axes_of_the_map(model, scan):
    kept = load_phase(cif("linio2_rhombohedral"), keep_cell=True)
    maps = [predict_map(model, scan, refine="quick", consensus=True, phase=phase) for phase in (None, kept)]
    own, other = (one.property("alternative_euler") for one in maps)
    there = np.isfinite(own).all(axis=1)
    assert there.any()
    by_hand = np.linalg.inv([[1, -1, 0], [0, 1, -1], [1, 1, 1]])
    hexagonal = along_lab(kept, Rotation.from_euler(other[there])) @ by_hand
    reference = along_lab(scan.phase, Rotation.from_euler(own[there]))
    assert degrees_apart(hexagonal, reference, scan.phase).max() < 0.05
