"""Scans in stores of HyperSpy (.zspy): they are read as HDF5 files are, and every fault is one clear line."""

import shutil
from dataclasses import replace

import hyperspy.api as hs
import numpy as np
import pytest
from plain_scans import INFO, write

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError, StorageError
from keras_stem.io.hdf5 import is_labelled
from keras_stem.io.map_files import read_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels, create_scan


@pytest.fixture
def store(tmp_path, patterns):
    write(tmp_path / "scan.zspy", patterns)
    return tmp_path / "scan.zspy"


@pytest.fixture
def labels(rng):
    properties = {"Q": np.arange(120.0), "truth_grain": np.arange(120)}
    return crystal_map(random_rotations(120, rng), linio2(), (3, 40), 2.0, "nm", properties)


def chunks(store):
    return sorted(path for path in store.rglob("data/*/*/*/*") if path.is_file())


def test_hyperspy_reads_what_is_written(store, patterns):
    signal = hs.load(store)
    np.testing.assert_array_equal(signal.data, patterns)
    axes = [(axis.name, axis.scale, axis.units, axis.navigate) for axis in signal.axes_manager._axes]
    assert axes == [(*xy, 2.0, "nm", True) for xy in "yx"] + [(k, 0.05, "1/Å", False) for k in ("ky", "kx")]
    assert signal.axes_manager["kx"].offset == pytest.approx(-31.5 * 0.05)
    assert signal.metadata.General.title == "test"
    assert signal.metadata.Acquisition_instrument.TEM.beam_energy == 300.0
    assert type(signal).__name__ in ("Signal2D", "ElectronDiffraction2D", "Diffraction2D")


def test_a_store_is_the_scan_that_a_file_is(store, patterns, labels, rng, tmp_path):
    write(tmp_path / "scan.h5", patterns)
    order = rng.permutation(120)[:50]
    for path in (store, tmp_path / "scan.h5"):
        append_labels(path, labels, {"made": "here"})
    with Scan(store) as scan, Scan(tmp_path / "scan.h5") as file:
        assert scan.info == file.info
        assert scan.chunk == file.chunk
        assert scan.fingerprint == file.fingerprint
        np.testing.assert_array_equal(scan.read(order), file.read(order))
    assert read_map(store)[1] == {"scan": "scan.zspy", "made": "here"}


def test_labels_are_replaced_and_keep_the_truth(store, labels):
    assert not is_labelled(store)
    with Scan(store) as scan, pytest.raises(KerasStemError, match=r"scan\.zspy has no labels"):
        assert scan.labels
    with pytest.raises(KerasStemError, match=r"found a scan without labels at .*scan\.zspy"):
        read_map(store)
    append_labels(store, labels)
    del labels.prop["truth_grain"]
    append_labels(store, labels)
    assert is_labelled(store)
    with Scan(store) as scan:
        np.testing.assert_array_equal(scan.labels.prop["truth_grain"], np.arange(120))
    assert [path.name for path in store.glob("*.h5")] == ["crystal_map.h5"]
    assert hs.load(store).data.shape == (3, 40, 64, 64)


@pytest.mark.parametrize("cache", [1, 1 << 28])
def test_chunks_of_hyperspy_that_span_rows(tmp_path, patterns, rng, cache, monkeypatch):
    monkeypatch.setattr("keras_stem.scan.zspy_container.CACHE_BYTES", cache)
    hs.signals.Signal2D(patterns).save(tmp_path / "own.zspy", chunks=(2, 7, 32, 64))
    order = rng.permutation(120)[:70]
    with Scan(tmp_path / "own.zspy") as scan:
        assert scan.patterns.chunks == (2, 7, 32, 64)
        np.testing.assert_array_equal(scan.read(np.arange(120)), patterns.reshape(120, 64, 64))
        np.testing.assert_array_equal(scan.read(order), patterns.reshape(120, 64, 64)[order])


def test_values_of_an_axis(store):
    signal = hs.load(store)
    signal.axes_manager[0].convert_to_non_uniform_axis()
    signal.save(store, overwrite=True)
    with Scan(store) as scan:
        assert scan.info.steps == (2.0, 2.0)


def _without_chunk(store):
    chunks(store)[1].unlink()


def _with_half_a_chunk(store):
    data = chunks(store)[1].read_bytes()
    chunks(store)[1].write_bytes(data[: len(data) // 2])


def _with_broken(name):
    def change(store):
        [path] = store.rglob(name)
        path.write_text("{")

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without_chunk, r"the chunk Experiments/test/data/1/\S+ is missing"),
        (_with_half_a_chunk, "the chunk of row 1, columns 0 to 39 is damaged"),
        (_with_broken("data/.zarray"), r"Cannot read the metadata of .*scan\.zspy"),
        (_with_broken("axis-2/.zattrs"), r"Cannot read the metadata of .*scan\.zspy"),
        (_with_broken("TEM/.zattrs"), r"Cannot read the metadata of .*scan\.zspy"),
        (lambda store: shutil.rmtree(store / "Experiments"), "holds no patterns"),
        (lambda store: (store / ".zgroup").unlink(), "found the folder"),
    ],
)
def test_damaged_stores(store, change, message):
    change(store)
    with pytest.raises(KerasStemError, match=message) as error, Scan(store) as scan:
        scan.read(np.arange(len(scan)))
    assert "\n" not in str(error.value)


def test_stores_of_other_shapes(tmp_path, patterns):
    hs.signals.Signal2D(patterns[0]).save(tmp_path / "row.zspy")
    with pytest.raises(KerasStemError, match=r"four dimensions .*row\.zspy, found the shape \(40, 64, 64\)"):
        Scan(tmp_path / "row.zspy")


def test_failed_writing_leaves_the_old_store(store, patterns):
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    with pytest.raises(RuntimeError), create_scan(store, INFO) as writer:
        writer.write_rows(0, patterns)
        raise RuntimeError
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before
    assert list(store.parent.iterdir()) == [store]


def test_a_full_disk_is_one_line(store, patterns, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with (
        pytest.raises(StorageError, match=r"Cannot write .*scan\.zspy: No space left on device\."),
        create_scan(store, INFO) as writer,
    ):
        monkeypatch.setattr("pathlib.Path.write_bytes", full)
        writer.write_rows(0, patterns)
    assert list(store.parent.iterdir()) == [store]


def test_a_folder_that_is_no_store_is_never_replaced(tmp_path, patterns):
    (tmp_path / "thesis.zspy").mkdir()
    (tmp_path / "thesis.zspy" / "chapter.tex").write_text("precious")
    with pytest.raises(KerasStemError, match=r"\.zspy store to replace, found the folder"):
        write(tmp_path / "thesis.zspy", patterns)
    assert (tmp_path / "thesis.zspy" / "chapter.tex").read_text() == "precious"
    assert list(tmp_path.iterdir()) == [tmp_path / "thesis.zspy"]


def test_rows_for_a_store_that_was_given_up_do_not_create_it_again(tmp_path, patterns):
    with pytest.raises(RuntimeError), create_scan(tmp_path / "scan.zspy", INFO) as writer:
        late = writer
        raise RuntimeError
    with pytest.raises(KerasStemError, match="same path for all workers"):
        late.write_rows(0, patterns)
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_folders(tmp_path, patterns):
    origin = {"C:\\data": {"a\\.": 1, "long" * 100: {"b": 2}}}
    write(tmp_path / "scan.zspy", patterns, replace(INFO, title="x\\y" * 100, origin=origin))
    with Scan(tmp_path / "scan.zspy") as scan:
        assert scan.info.title.startswith("x-yx-y")
    assert hs.load(tmp_path / "scan.zspy").original_metadata.keras_stem["C:-data"]["a-."] == 1
