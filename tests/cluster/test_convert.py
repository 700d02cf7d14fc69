"""Conversion by the workers of a cluster gives what this process alone gives, bit by bit."""

import h5py
import numpy as np
import pytest

from keras_stem.cluster.blocks import results_of
from keras_stem.errors import KerasStemError
from keras_stem.indexing.settings import Matching
from keras_stem.instrument.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import create_scan
from keras_stem.scan.zspy_writing import ZspyWriter
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan
from keras_stem.workflow.conversion import Calibration, Conversion
from keras_stem.workflow.convert import convert
from keras_stem.workflow.match import label_scan
from keras_stem.workflow.source_blocks import RowBlock
from keras_stem.workflow.source_work import SourceTask


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of two rows."""
    monkeypatch.setattr("keras_stem.workflow.source_blocks.BLOCK_BYTES", 2 * 6 * 64 * 64 * 2)


@pytest.fixture(scope="module")
def drifting(tmp_path_factory):
    """A labelled scan whose direct beam drifts, with hot and masked pixels."""
    folder = tmp_path_factory.mktemp("drifting")
    camera = Camera(pixels=64, drift=5.0, hot_pixels=4)
    simulate_scan(folder / "plain.h5", Simulation(polycrystal=Polycrystal((8, 6), 3), camera=camera, seed=2))
    path = folder / "drifting.h5"
    with Scan(folder / "plain.h5") as scan, create_scan(path, scan.info) as writer:
        patterns = scan.patterns[:]
        patterns[..., 20, :] = np.iinfo(np.uint16).max
        writer.write_rows(0, patterns)
        writer.write_labels(scan.labels)
    return path


def require_same(one, other):
    with Scan(one) as expected, Scan(other) as found:
        assert found.patterns.dtype == expected.patterns.dtype
        np.testing.assert_array_equal(found.patterns[:], expected.patterns[:])
        assert found.info == expected.info
        assert found.fingerprint == expected.fingerprint
        assert found.has_labels == expected.has_labels


@pytest.mark.parametrize(
    "options",
    [
        {"repair": True, "centre": True, "binning": 2, "scan_crop": (2, None, 1, None)},
        {"scan_binning": 2, "crop": (8, 56, None, None), "calibration": Calibration(gain=2.0)},
    ],
)
def test_scan_files(client, drifting, tmp_path, options):
    told, conversion = [], Conversion(**options)
    alone = convert(drifting, tmp_path / "alone.h5", conversion)
    found = convert(drifting, tmp_path / "found.h5", conversion, lambda *done: told.append(done), client)
    assert found.notes == alone.notes
    require_same(tmp_path / "alone.h5", tmp_path / "found.h5")
    assert len(told) > 2
    assert told[-1] == (found.info.size, found.info.size)
    assert "masks 64 pixels" in found.notes[0]


def test_pixels_that_are_not_square(client, rng, tmp_path):
    info = ScanInfo("oblong", (4, 6), Detector((64, 64), 0.02), (1.0, 1.0), "nm")
    with create_scan(tmp_path / "oblong.h5", info) as writer:
        writer.write_rows(0, rng.poisson(50, (4, 6, 64, 64)))
    with h5py.File(tmp_path / "oblong.h5", "r+") as file:
        file["Experiments/oblong/axis-2"].attrs["scale"] = 0.03
    conversion = Conversion(square_pixels=True)
    for name, one in (("alone.h5", None), ("found.h5", client)):
        convert(tmp_path / "oblong.h5", tmp_path / name, conversion, client=one)
    require_same(tmp_path / "alone.h5", tmp_path / "found.h5")


def test_workers_keep_no_file_open(client, own_scan, tmp_path):
    convert(own_scan, tmp_path / "out.h5", Conversion(), client=client)
    with h5py.File(own_scan, "r+") as file:  # which a reader would prevent
        assert "Experiments" in file


@pytest.fixture
def not_finite(scan, tmp_path):
    """A scan with a value that is not a number, at a position that is not in the sample of values."""
    patterns = scan.patterns[:].astype(np.float32)
    patterns[9, 3, 0, 0] = np.nan
    with create_scan(tmp_path / "nan.h5", scan.info, np.float32) as writer:
        writer.write_rows(0, patterns)
    return tmp_path / "nan.h5"


def test_an_error_of_a_worker_leaves_the_old_file(client, not_finite, tmp_path):
    (tmp_path / "out.h5").write_text("precious")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(KerasStemError, match=r"Worker tcp://\S+: .*NaN or infinity .*row 9, column 3"):
        convert(not_finite, tmp_path / "out.h5", Conversion(), client=client)
    assert (tmp_path / "out.h5").read_text() == "precious"
    assert sorted(tmp_path.iterdir()) == before
    assert client.status == "running"


@pytest.mark.parametrize("options", [{}, {"scan_binning": 2}])
def test_workers_write_and_read_stores(client, drifting, tmp_path, options):
    conversion = Conversion(**options)
    convert(drifting, tmp_path / "alone.h5", conversion)
    convert(drifting, tmp_path / "found.zspy", conversion, client=client)
    require_same(tmp_path / "alone.h5", tmp_path / "found.zspy")
    convert(tmp_path / "alone.h5", tmp_path / "again.h5", Conversion())
    convert(tmp_path / "found.zspy", tmp_path / "back.h5", Conversion(), client=client)
    require_same(tmp_path / "again.h5", tmp_path / "back.h5")
    assert not list(tmp_path.rglob(".partial*")) + list(tmp_path.rglob(".incoming*"))


def test_an_interrupted_conversion_leaves_nothing(client, drifting, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(drifting, tmp_path / "out.zspy", Conversion(), interrupt, client)
    client.submit(abs, 1).result()  # behind what was still running
    assert list(tmp_path.iterdir()) == []


def test_workers_that_do_not_see_the_folder(client, tmp_path):
    writer = ZspyWriter("out.zspy", tmp_path / "elsewhere", "Experiments/a/data", (4, 6))
    task = SourceTask(str(tmp_path / "absent.h5"), Conversion(), None)
    with pytest.raises(KerasStemError, match=r"Worker tcp://\S+: .* found nothing at .*absent\.h5"):
        list(results_of(client, task, [RowBlock(0, 2)]))
    with pytest.raises(KerasStemError, match="under the same path for all workers"):
        writer.write_rows(0, np.zeros((2, 6, 64, 64), np.uint16))


def test_labels_of_a_store_are_those_of_a_file(client, scan, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    settings, found = Matching(resolution=10.0), []
    for name, one in (("out.h5", None), ("out.zspy", None), ("found.zspy", client)):
        convert(scan.path, tmp_path / name, Conversion(scan_crop=(0, 4, 0, 8)))
        label_scan(tmp_path / name, [scan.phase], settings, client=one)
        with Scan(tmp_path / name) as matched:
            found.append(matched.labels)
            assert matched.labels.prop["Q"].max() > 20
    for labels in found[1:]:
        np.testing.assert_allclose(labels.rotations.data, found[0].rotations.data, atol=1e-9)
        np.testing.assert_allclose(labels.prop["Q"], found[0].prop["Q"], atol=1e-6)
