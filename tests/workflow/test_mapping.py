"""Maps of scans: their files, and what they tell."""

from dataclasses import asdict, replace

import h5py
import numpy as np
import orix.io
import pytest
from matplotlib.image import imread

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.scan_map import predict_map
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import create_scan
from keras_stem.workflow.mapping import map_scan

pytestmark = pytest.mark.backend

SYMMETRY = proper_point_group(linio2())


@pytest.fixture(scope="module")
def mapped(model, scan_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("map") / "new"
    with Scan(scan_path) as scan:
        return folder, map_scan(model, scan, folder, model_name="models:/LiNiO2/1")


def test_all_files_are_there_and_nothing_else(mapped):
    folder, _ = mapped
    names = {path.name for path in folder.iterdir()}
    pictures = {"ipf_x.png", "ipf_y.png", "ipf_z.png", "comparison.png", "confidence.png"}
    assert names == {*pictures, "map.h5", "map.ang", "map.ctf"}


def test_orix_reads_both_maps_back(mapped):
    folder, prediction = mapped
    expected = prediction.crystal_map
    for name, tolerance in (("map.h5", 1e-6), ("map.ang", 2e-5)):
        found = orix.io.load(folder / name)
        assert found.shape == expected.shape
        assert disorientation(found.rotations, expected.rotations, SYMMETRY).max() < tolerance
        assert proper_point_group(found.phases[found.phases.ids[0]]).name == "32"
    found = orix.io.load(folder / "map.h5")
    assert found.scan_unit == "nm"
    np.testing.assert_array_equal(found.prop["Q"], expected.prop["Q"])
    quality = orix.io.load(folder / "map.ang").prop["iq"]
    np.testing.assert_allclose(quality, expected.prop["agreement"], atol=1e-4)


def test_the_map_says_what_made_it(mapped, scan_path):
    folder, _ = mapped
    with h5py.File(folder / "map.h5") as file:
        origin = dict(file["crystal_map"].attrs)
    assert origin["model"] == "models:/LiNiO2/1"
    assert origin["scan"] == str(scan_path)
    assert "lab to crystal" in origin["frame"]


def test_disorientation_is_that_of_labels_and_prediction(mapped, scan):
    _, prediction = mapped
    angles = disorientation(prediction.crystal_map.rotations, scan.labels.rotations, SYMMETRY)
    np.testing.assert_allclose(prediction.disorientation, np.rad2deg(angles))


def test_the_map_tells_how_sure_it_is(mapped):
    folder, prediction = mapped
    sure = {
        name: prediction.property(name)
        for name in ("uncertainty", "uncertainty_95", "reliability", "agreement")
    }
    assert np.all(sure["uncertainty"] <= sure["uncertainty_95"])
    assert np.all((sure["reliability"] >= 0) & (sure["reliability"] <= 100))
    assert np.all(sure["agreement"] <= 100)
    stored = orix.io.load(folder / "map.h5").prop
    for name, values in sure.items():
        np.testing.assert_array_equal(stored[name], values)


def test_what_is_unlike_the_training_is_marked_if_the_model_can_tell(mapped, model, scan):
    assert mapped[1].property("out_of_distribution") is None  # two epochs teach nothing
    agreement = mapped[1].property("agreement")
    known = NoveltyThresholds(None, float(np.median(agreement)), right=0.9)
    card = replace(model.card, novelty=asdict(known)).to_dict()
    marked = predict_map(OrientationModel(model.encoder, model.decoder, card), scan)
    marked = marked.property("out_of_distribution")
    np.testing.assert_array_equal(marked, agreement < np.median(agreement))


def test_refined_answers_agree_better_with_simulations(mapped, model, scan, tmp_path):
    _, prediction = mapped
    refined = map_scan(model, scan, tmp_path / "refined", refine="quick")
    assert np.mean(refined.property("agreement") >= prediction.property("agreement")) > 0.99
    assert refined.property("agreement").mean() > prediction.property("agreement").mean() + 1
    with h5py.File(tmp_path / "refined" / "map.h5") as file:
        assert file["crystal_map"].attrs["refined"] == "quick"


def test_points_under_the_threshold_are_grey(mapped, model, scan, tmp_path):
    map_scan(model, scan, tmp_path, min_q=0)
    grey = [
        np.isclose(imread(folder / "ipf_z.png")[..., :3], 0.75, atol=0.01).all(axis=-1).mean()
        for folder in (mapped[0], tmp_path)
    ]
    assert grey[0] > 0.05 > grey[1]


def test_a_scan_without_labels_maps_too(model, scan, tmp_path):
    with create_scan(tmp_path / "bare.h5", scan.info) as writer:
        writer.write_rows(0, scan.patterns[:])
    with Scan(tmp_path / "bare.h5") as bare:
        prediction = map_scan(model, bare, tmp_path / "map")
    assert prediction.labels is None
    assert not (tmp_path / "map" / "comparison.png").exists()
    assert (tmp_path / "map" / "map.ang").exists()


def test_a_finer_detector_is_binned(model, scan, tmp_path):
    from keras_stem.instrument.detector import Detector

    info = replace(scan.info, detector=Detector((128, 128), 0.025))
    fine = np.zeros((*scan.info.shape, 128, 128), np.uint16)
    fine[..., ::2, 1::2] = scan.patterns[:]
    with create_scan(tmp_path / "fine.h5", info) as writer:
        writer.write_rows(0, fine)
    with Scan(tmp_path / "fine.h5") as opened:
        found = map_scan(model, opened, tmp_path / "map").euler
    expected = map_scan(model, scan, tmp_path / "same").euler
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_folder_that_cannot_be_written_is_a_clear_error(model, scan, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KerasStemError, match="Cannot write to the folder"):
        map_scan(model, scan, tmp_path / "file" / "map")
