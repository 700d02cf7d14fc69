"""Conversion from and to stores of HyperSpy (.zspy)."""

import hyperspy.api as hs
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.inference.scan_map import predict_map
from keras_stem.scan.scan import Scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr("keras_stem.workflow.source_blocks.BLOCK_BYTES", 1)


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_store_holds_what_a_file_holds(signal, counts, small_blocks, tmp_path):
    signal.original_metadata.set_item("Camera.exposure", 0.02)
    signal.save(tmp_path / "dummy.hspy")
    told = []
    conversion = Conversion(binning=2, crop=(2, 10, None, 8))
    convert(tmp_path / "dummy.hspy", tmp_path / "out.h5", conversion)
    convert(tmp_path / "dummy.hspy", tmp_path / "out.zspy", conversion, lambda *done: told.append(done))
    assert told == [(4, 12), (8, 12), (12, 12)]
    file = hs.load(tmp_path / "out.h5", file_format="hspy")
    store = hs.load(tmp_path / "out.zspy")
    np.testing.assert_array_equal(store.data, file.data)
    assert store.axes_manager.as_dictionary() == file.axes_manager.as_dictionary()
    for tree in ("metadata", "original_metadata"):
        one, other = (getattr(found, tree).as_dictionary() for found in (store, file))
        for found in (one, other):
            found.get("General", {}).pop("FileIO", None)
        assert one == other
    with Scan(tmp_path / "out.h5") as scan, Scan(tmp_path / "out.zspy") as found:
        assert found.fingerprint == scan.fingerprint


def test_labels_go_there_and_back(scan, tmp_path):
    convert(scan.path, tmp_path / "out.h5", Conversion())
    convert(scan.path, tmp_path / "out.zspy", Conversion())
    convert(tmp_path / "out.zspy", tmp_path / "part.h5", Conversion(scan_crop=(2, 10, 4, None)))
    numbers = np.arange(len(scan)).reshape(scan.info.shape)[2:10, 4:].ravel()
    with Scan(tmp_path / "out.zspy") as store, Scan(tmp_path / "out.h5") as file:
        assert store.fingerprint == file.fingerprint
        np.testing.assert_array_equal(store.labels.rotations.data, file.labels.rotations.data)
    with Scan(tmp_path / "part.h5") as part:
        angles = (~part.labels.rotations * scan.labels.rotations[numbers]).angle
        np.testing.assert_allclose(angles, 0, atol=1e-6)
        np.testing.assert_array_equal(part.read(np.arange(len(part))), scan.read(numbers))


def test_a_store_is_converted_in_its_place(signal, counts, tmp_path):
    signal.save(tmp_path / "dummy.zspy")
    convert(tmp_path / "dummy.zspy", tmp_path / "dummy.zspy", Conversion(binning=4))
    with Scan(tmp_path / "dummy.zspy") as scan:
        assert scan.info.detector.shape == (3, 3)
        assert scan.patterns[:].sum() == counts.sum()
    assert list(tmp_path.iterdir()) == [tmp_path / "dummy.zspy"]


def test_stores_with_labels_are_replaced_only_on_demand(run, signal, scan, tmp_path):
    convert(scan.path, tmp_path / "out.zspy", Conversion())
    signal.save(tmp_path / "dummy.hspy")
    before = files(tmp_path)
    assert "--overwrite" in run("convert", tmp_path / "dummy.hspy", tmp_path / "out.zspy", status=1)
    assert files(tmp_path) == before
    run("convert", tmp_path / "dummy.hspy", tmp_path / "out.zspy", "--overwrite")
    with Scan(tmp_path / "out.zspy") as found:
        assert found.info.title == "dummy"
        assert not found.has_labels


def test_interrupted_conversions_leave_what_was_there(signal, small_blocks, tmp_path):
    signal.save(tmp_path / "out.zspy")
    signal.save(tmp_path / "dummy.hspy")
    before = files(tmp_path)

    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(tmp_path / "dummy.hspy", tmp_path / "out.zspy", Conversion(), interrupt)
    assert files(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == 2


def test_other_folders_are_refused_before_anything_is_read(signal, tmp_path):
    (tmp_path / "thesis.zspy").mkdir()
    with pytest.raises(KerasStemError, match=r"store to replace, found the folder .*thesis\.zspy"):
        convert(tmp_path / "absent.hspy", tmp_path / "thesis.zspy", Conversion())


def test_a_source_without_a_chunk(signal, tmp_path):
    signal.save(tmp_path / "dummy.zspy", chunks=(1, 4, 12, 12))
    [chunk] = (tmp_path / "dummy.zspy").rglob("data/2/0/0/0")
    chunk.unlink()
    with pytest.raises(KerasStemError, match=r"Cannot read the patterns .*data/2/0/0/0 is missing"):
        convert(tmp_path / "dummy.zspy", tmp_path / "out.h5", Conversion())
    assert not (tmp_path / "out.h5").exists()


def test_the_map_of_a_store_is_that_of_a_file(model, scan, tmp_path):
    convert(scan.path, tmp_path / "out.zspy", Conversion())
    with Scan(tmp_path / "out.zspy") as store:
        found, expected = (predict_map(model, one).crystal_map for one in (store, scan))
    np.testing.assert_array_equal(found.rotations.data, expected.rotations.data)
    for name, values in expected.prop.items():
        np.testing.assert_array_equal(found.prop[name], values, err_msg=name)
