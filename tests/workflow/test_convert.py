"""Vendor files made scan files: real ones where they are at hand, and dummies of the writable formats."""

import json

import hyperspy.api as hs
import numpy as np
import pytest
from conversions import converted
from scipy.ndimage import uniform_filter

import keras_stem.workflow.source_blocks as module
from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert


@pytest.mark.parametrize("suffix", ["hspy", "zspy", "emd", "blo", "npy", "tvips"])
def test_written_formats(signal, counts, suffix, tmp_path):
    source = tmp_path / f"dummy_000.{suffix}"  # TVIPS numbers its files
    signal.save(source)
    # TVIPS stores a stack.
    shape = {"scan_shape": (3, 4)} if suffix == "tvips" else {}
    with converted(source, tmp_path, **shape) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)
        if suffix in ("hspy", "zspy"):
            assert scan.patterns.dtype == np.uint8
            assert scan.info.steps == (2.0, 2.0)
            assert scan.info.unit == "nm"
            assert scan.info.detector.pixel_size == pytest.approx(0.02)
            assert scan.info.beam.energy == 200.0


def test_metadata_that_hdf5_cannot_hold(signal, counts, tmp_path):
    """A .zspy file holds them as JSON."""
    odd = {
        "no\0tes": "first\0second",
        "": 1,
        ".": 2,
        "large": 2**70,
        "half": "\ud800",
        "deep": {"\0": ["x\0"]},
    }
    signal.original_metadata.set_item("odd", 1)
    signal.save(tmp_path / "dummy.zspy")
    [attributes] = (tmp_path / "dummy.zspy").rglob("original_metadata/.zattrs")
    attributes.write_text(json.dumps(odd))
    attributes = attributes.parent.parent / "metadata" / "General" / ".zattrs"
    attributes.write_text(json.dumps({"title": "a\0b/c"}))
    with converted(tmp_path / "dummy.zspy", tmp_path) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)
        assert scan.info.title == "ab-c"
    original = hs.load(tmp_path / "out.h5", file_format="hspy").original_metadata.keras_stem.original_metadata
    assert original.notes == "firstsecond"
    assert original.large == str(2**70)
    assert original.half == "?"


def test_a_stack_of_tiffs_needs_its_shape(counts, tmp_path):
    source = tmp_path / "stack.tif"
    hs.signals.Signal2D(counts.reshape(12, 12, 12)).save(source)
    with pytest.raises(KerasStemError, match="stack of 12 patterns"):
        convert(source, tmp_path / "out.h5", Conversion())
    with pytest.raises(KerasStemError, match=r"5 x 4 = 20 patterns .* found 12"):
        convert(source, tmp_path / "out.h5", Conversion(scan_shape=(5, 4)))
    with converted(source, tmp_path, scan_shape=(3, 4)) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)


def test_crop_and_binning_keep_every_count(signal, counts, tmp_path):
    signal.save(tmp_path / "dummy.hspy")
    options = {"scan_crop": (0, 2, 1, None), "crop": (2, 10, None, 8), "binning": 4, "scan_binning": 2}
    with converted(tmp_path / "dummy.hspy", tmp_path, **options) as scan:
        assert scan.patterns.shape == (1, 1, 2, 2)
        part = counts[0:2, 1:3, 2:10, 0:8].astype(int).sum(axis=(0, 1))
        expected = part.reshape(2, 4, 2, 4).sum(axis=(1, 3))
        np.testing.assert_array_equal(scan.patterns[0, 0], expected)
        assert scan.patterns.dtype == np.uint16
        assert scan.info.steps == (4.0, 4.0)
        assert scan.info.detector.pixel_size == pytest.approx(0.08)


def test_hot_and_dead_pixels_are_mended(tmp_path, rng):
    counts = rng.poisson(50, (6, 6, 20, 20)).astype(np.uint16)
    spoiled = counts.copy()
    spoiled[..., 4, 7] = 60_000
    spoiled[..., 12, 3] = 0
    hs.signals.Signal2D(spoiled).save(tmp_path / "dummy.hspy")
    made = convert(tmp_path / "dummy.hspy", tmp_path / "out.h5", Conversion(repair=True))
    assert made.notes == ("Repair: 2 hot or dead pixels have the median of the good ones around.",)
    with Scan(tmp_path / "out.h5") as scan:
        found = scan.patterns[()]
    made = convert(tmp_path / "out.h5", tmp_path / "again.h5", Conversion(repair=True))
    assert made.notes == ("Repair: no pixel is hot or dead.",)
    for row, column in ((4, 7), (12, 3)):
        assert abs(found[..., row, column].mean() - 50) < 5
    good = np.ones((20, 20), bool)
    good[[4, 12], [7, 3]] = False
    np.testing.assert_array_equal(found[..., good], counts[..., good])


def test_a_direct_beam_that_does_not_move_is_not_mended(tmp_path):
    sharp = Simulation(
        polycrystal=Polycrystal((8, 8), 4), camera=Camera(pixels=64, drift=0.0, hot_pixels=0), seed=2
    )
    simulate_scan(tmp_path / "sharp.h5", sharp)
    source = (tmp_path / "sharp.h5").rename(tmp_path / "sharp.hspy")
    with Scan(source) as scan:
        expected = scan.patterns[()]
    with converted(source, tmp_path, repair=True) as scan:
        beam = np.s_[..., 28:36, 28:36]
        np.testing.assert_array_equal(scan.patterns[()][beam], expected[beam])


def test_direct_beams_are_centred(tmp_path):
    drifting = Simulation(polycrystal=Polycrystal((8, 8), 4), camera=Camera(pixels=64, drift=5.0), seed=2)
    simulate_scan(tmp_path / "drift.h5", drifting)
    source = (tmp_path / "drift.h5").rename(tmp_path / "drift.hspy")

    def brightest(pattern):
        return np.array(np.unravel_index(uniform_filter(pattern, 3).argmax(), pattern.shape)) - 31.5

    def worst_offset(scan):
        rows, columns = np.indices((64, 64)) - 31.5
        offsets = []
        for pattern in scan.read(np.arange(64)).astype(float):
            near = pattern * (np.hypot(rows - brightest(pattern)[0], columns - brightest(pattern)[1]) < 3)
            offsets.append([(near * rows).sum(), (near * columns).sum()] / near.sum())
        return np.abs(offsets).max()

    with Scan(source) as scan:
        assert worst_offset(scan) > 2
    with converted(source, tmp_path, centre=True) as scan:
        assert worst_offset(scan) < 0.5


@pytest.fixture
def shifted(tmp_path):
    """A file of patterns that are moved off the middle, two of them dark; and the patterns as they were."""
    simulate_scan(tmp_path / "still.h5", Simulation(polycrystal=Polycrystal((6, 6), 2), seed=2))
    steps = np.stack([np.arange(36) // 6 - 3, np.arange(36) % 6], axis=1)
    with Scan(tmp_path / "still.h5") as scan:
        still = scan.read(np.arange(36))
    patterns = np.stack([np.roll(still[k], tuple(steps[k]), (0, 1)) for k in range(36)])
    patterns[[8, 20]] = 0
    hs.signals.Signal2D(patterns.reshape(6, 6, 64, 64)).save(tmp_path / "shifted.hspy")
    return tmp_path / "shifted.hspy", still


def test_centring_goes_over_the_whole_scan(shifted, tmp_path, monkeypatch):
    source, still = shifted
    with converted(source, tmp_path, centre=True) as scan:
        whole = scan.read(np.arange(36))
    monkeypatch.setattr(module, "BLOCK_BYTES", 1)
    with converted(source, tmp_path, centre=True) as scan:
        np.testing.assert_array_equal(scan.read(np.arange(36)), whole)
    lit = np.delete(np.arange(36), [8, 20])
    inner = np.s_[8:-8, 8:-8]
    similar = [np.corrcoef(whole[k][inner].ravel(), still[k][inner].ravel())[0, 1] for k in lit]
    assert min(similar) > 0.9


def test_doubtful_centring_is_told_and_kept(shifted, tmp_path, run):
    source, _ = shifted
    said = run("convert", source, tmp_path / "out.hspy", "--centre")
    assert "Centring: 2 of 36 patterns were doubtful and got the shift of their neighbours." in said
    kept = hs.load(tmp_path / "out.hspy").original_metadata.keras_stem.centring
    assert (kept.patterns, kept.doubtful) == (36, 2)
    assert "Centring" not in run("convert", source, tmp_path / "out.hspy")


def test_bad_sources_leave_nothing(tmp_path, counts):
    spoiled = counts.astype(np.float32)
    spoiled[1, 2, 0, 0] = np.nan
    hs.signals.Signal2D(spoiled).save(tmp_path / "nan.hspy")
    (tmp_path / "text.blo").write_text("nothing of the kind")
    (tmp_path / "unknown.xyz").write_text("nothing of the kind")
    hs.signals.Signal1D(np.arange(9.0)).save(tmp_path / "line.hspy")
    expected = {
        "nan.hspy": "NaN or infinity .* row 1, column 2",
        "text.blo": "No reader .* opens .*text.blo",
        "unknown.xyz": "none is for .xyz files",
        "line.hspy": "four or three dimensions",
        "absent.blo": "nothing at",
    }
    for name, message in expected.items():
        with pytest.raises(KerasStemError, match=message):
            convert(tmp_path / name, tmp_path / "out.h5", Conversion())
        assert not (tmp_path / "out.h5").exists()
    assert not list(tmp_path.glob(".partial*"))


def test_what_the_file_says_is_kept(signal, tmp_path):
    signal.original_metadata.set_item("Camera.exposure", 0.02)
    signal.save(tmp_path / "dummy.hspy")
    convert(tmp_path / "dummy.hspy", tmp_path / "out.hspy", Conversion())
    kept = hs.load(tmp_path / "out.hspy").original_metadata.keras_stem
    assert kept.original_metadata.Camera.exposure == 0.02
    assert kept.file == "dummy.hspy"
    assert kept.reader == "HSPY"


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "step", "pixel_size", "beam_energy"),
    [
        ("test1.blo", (3, 2, 144, 144), "u1", 12.8, 0.032022, 200),
        ("test2.blo", (2, 3, 5, 5), "u1", 64.0, 0.032022, 200),
        ("austenite_sped_subset_2x2.hspy", (2, 2, 256, 256), "u2", 2.0, 0.01261, None),
        ("topspin_test_A.app5", (2, 5, 14, 12), "f4", 2.0, 8.504e-4, 200),
        ("pyxem_demos_au_xgrating_20cm.tif", (1, 1, 256, 256), "f4", 1.0, np.nan, None),
    ],
)
def test_real_files(name, shape, dtype, step, pixel_size, beam_energy, real_files, tmp_path):
    with converted(real_files / "patterns" / name, tmp_path) as scan:
        assert scan.patterns.shape == shape
        assert scan.patterns.dtype == np.dtype(dtype)
        assert scan.info.steps == (step, step)
        assert scan.info.detector.pixel_size == pytest.approx(pixel_size, rel=1e-3, nan_ok=True)
        assert scan.info.beam.energy == beam_energy
        assert scan.patterns[()].any()


def test_scans_with_labels_are_replaced_only_on_demand(run, signal, own_scan, tmp_path):
    signal.save(tmp_path / "dummy.hspy")
    before = own_scan.read_bytes()
    assert "--overwrite" in run("convert", tmp_path / "dummy.hspy", own_scan, status=1)
    assert own_scan.read_bytes() == before
    run("convert", tmp_path / "dummy.hspy", own_scan, "--overwrite")
    with Scan(own_scan) as scan:
        assert not scan.has_labels
