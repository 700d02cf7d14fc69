"""Every reader of patterns, on files made by the conventions of its format."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import h5py
import hdf5plugin
import hyperspy.api as hs
import numcodecs
import numpy as np
import pytest
import rsciio
import vendor_files as files
from instrument_files import CASES, SCAN, by_hyperspy, digital_micrograph, digital_micrograph_of_one, merlin

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert


@pytest.fixture
def counts(rng):
    return rng.integers(0, 200, (*SCAN, 12, 12)).astype(np.uint8)


def scan_of(path: Path, **options) -> Scan:
    convert(path, path.with_name("out.h5"), Conversion(**options))
    return Scan(path.with_name("out.h5"))


@pytest.mark.parametrize("name", CASES)
def test_every_format(name, counts, tmp_path):
    case = CASES[name]
    counts = counts.astype(case.dtype)
    case.write(tmp_path / name, counts)
    with scan_of(tmp_path / name, **({"scan_shape": SCAN} if case.stack else {})) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)
        assert scan.patterns.dtype.itemsize == counts.dtype.itemsize
        if case.step:
            assert (scan.info.steps, scan.info.unit) == (pytest.approx((case.step, case.step)), "nm")
        if case.pixel:
            assert scan.info.detector.pixel_size == pytest.approx(case.pixel)


def test_digital_micrograph_tells_the_microscope(counts, tmp_path):
    digital_micrograph()(tmp_path / "scan.dm4", counts)
    with scan_of(tmp_path / "scan.dm4") as scan:
        assert (scan.info.beam.energy, scan.info.camera_length) == (200.0, 230.0)


def test_empad(rng, tmp_path):
    counts = rng.random((*SCAN, 128, 128), np.float32)
    files.write_empad(tmp_path / "scan.xml", counts)
    with scan_of(tmp_path / "scan.xml") as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)
        assert (*scan.info.steps, scan.info.detector.pixel_size) == pytest.approx((2.0, 2.0, 0.02))
    with pytest.raises(KerasStemError, match=r"give the .xml file \(EMPAD\)"):
        scan_of(tmp_path / "scan_x4_y3.raw")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("pattern.png", files.write_image),
        ("pattern.tif", by_hyperspy),
        ("pattern.dm3", lambda path, pattern: digital_micrograph_of_one(path, pattern)),
        ("single.mib", lambda path, pattern: files.write_merlin(path, pattern[None])),
        ("single_quad.mib", lambda path, pattern: files.write_merlin(path, pattern[None], quad=True)),
        ("pattern.unf", lambda path, pattern: by_hyperspy(path, pattern.astype(np.int16))),
    ],
)
def test_a_single_pattern_is_a_scan_of_one_position(name, write, counts, tmp_path):
    write(tmp_path / name, counts[0, 0])
    with scan_of(tmp_path / name) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts[:1, :1])


def test_merlin_of_one_row(counts, tmp_path):
    stack = counts.reshape(12, 12, 12)
    files.write_merlin(tmp_path / "row.mib", stack)
    with pytest.raises(KerasStemError, match="stack of 12 patterns"):
        scan_of(tmp_path / "row.mib")
    files.write_merlin_header(tmp_path / "row.hdr", 12, 12)
    with scan_of(tmp_path / "row.mib") as scan:
        np.testing.assert_array_equal(scan.patterns[()], stack[None])


def test_arina_without_a_shape(counts, tmp_path):
    path = tmp_path / "detector_master.h5"
    large = np.full((4, 12, 12), 70_000, np.uint32)
    files.write_arina(path, large)
    lines = convert(path, tmp_path / "out.h5", Conversion()).notes
    assert "a square is assumed" in lines[0]
    with Scan(tmp_path / "out.h5") as scan:  # RosettaSciIO alone makes 16 bits of these counts
        np.testing.assert_array_equal(scan.patterns[()], large.reshape(2, 2, 12, 12))
    files.write_arina(path, counts.reshape(12, 12, 12))
    with pytest.raises(KerasStemError, match="stack of 12 patterns; give rows"):
        scan_of(path)
    (tmp_path / "detector_data_000002.h5").unlink()
    with pytest.raises(KerasStemError, match=r"refers to detector_data_000002.h5, which is not beside"):
        scan_of(path)


@pytest.mark.parametrize("name", ["Blosc", "Bitshuffle", "LZ4", "Zstd"])
def test_compressed_hyperspy_files(name, counts, tmp_path):
    path = tmp_path / "scan.hspy"
    signal = hs.signals.Signal2D(counts)
    signal.save(path, **getattr(hdf5plugin, name)())
    with scan_of(path) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)


@pytest.mark.slow
def test_a_compressed_scan_is_read_by_a_program_of_its_own(counts, tmp_path, kstem):
    """The filters are registered once in a process; this test's process has them anyway."""
    signal = hs.signals.Signal2D(counts % 4)
    for axis in signal.axes_manager.signal_axes:
        axis.scale, axis.units = 0.02, "1/Å"
    signal.save(tmp_path / "scan.hspy", **hdf5plugin.Bitshuffle())
    command = [*kstem, "virtual", tmp_path / "scan.hspy", "--out", tmp_path / "images"]
    command += ["--pixels", "--bright", "0:2", "--dark", "3:6"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("codec", [numcodecs.LZ4(), numcodecs.Zstd(), numcodecs.Blosc(shuffle=2)])
def test_compressed_zspy_stores(codec, counts, tmp_path):
    path = tmp_path / "scan.zspy"
    hs.signals.Signal2D(counts).save(path, compressor=codec)
    with scan_of(path) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)


@pytest.mark.parametrize("name", ["scan.h5", "scan.hdf5", "scan.dat", "scan"])
def test_hyperspy_files_under_any_name(name, counts, tmp_path):
    hs.signals.Signal2D(counts).save(tmp_path / "scan.hspy")
    shutil.move(tmp_path / "scan.hspy", tmp_path / name)
    with scan_of(tmp_path / name) as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)


def test_files_of_fpd(real_files, tmp_path):
    path = real_files / "patterns" / "pixstem_fpd_file_test.hdf5"
    convert(path, tmp_path / "out.h5", Conversion())
    with Scan(tmp_path / "out.h5") as scan, h5py.File(path) as source:
        np.testing.assert_array_equal(scan.patterns[()], source["fpd_expt/fpd_data/data"][:, :, 0])


def truncated(path: Path, lost: int) -> Path:
    path.write_bytes(path.read_bytes()[:-lost])
    return path


def test_truncated_files_give_their_complete_rows_and_say_so(counts, tmp_path):
    hs.signals.Signal2D(counts).save(tmp_path / "scan.blo", intensity_scaling=None)
    merlin()(tmp_path / "scan.mib", counts)
    files.write_merlin_header(tmp_path / "scan.hdr", 12, 4)
    for name, message in (
        ("scan.blo", "11 of 12 patterns; 2 rows"),
        ("scan.mib", "11 patterns, of which 2 rows"),
    ):
        source = truncated(tmp_path / name, 100)
        lines = convert(source, tmp_path / "out.h5", Conversion()).notes
        assert message in lines[0]
        with Scan(tmp_path / "out.h5") as scan:
            np.testing.assert_array_equal(scan.patterns[()], counts[:2])


def test_a_blockfile_with_another_beginning_is_read_with_a_line(counts, tmp_path):
    path = tmp_path / "scan.blo"
    hs.signals.Signal2D(counts).save(path, intensity_scaling=None)
    content = path.read_bytes()
    assert content[:8] == b"IMGBLO\x02\x01"
    path.write_bytes(b"IMGBLO\x03\x01" + content[8:])
    lines = convert(path, tmp_path / "out.h5", Conversion()).notes
    assert "does not begin as blockfiles do" in lines[0]


@pytest.mark.parametrize("name", ["scan.npy", "scan.dm4", "scan.hspy", "series.mrc", "scan_000.tvips"])
def test_other_truncated_files_are_refused(name, counts, tmp_path):
    path = tmp_path / name
    if name in CASES:
        CASES[name].write(path, counts)
    else:
        hs.signals.Signal2D(counts).save(path)
    with pytest.raises(KerasStemError, match="truncated; copy it again"):
        scan_of(truncated(path, 100), scan_shape=SCAN)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_truncated_tiffs_are_refused(compression, counts, tmp_path):
    path = tmp_path / "series.tif"
    files.write_pages(path, counts.reshape(12, 12, 12), compression)
    with pytest.raises(KerasStemError, match="truncated; copy it again"):
        scan_of(truncated(path, path.stat().st_size // 3), scan_shape=SCAN)
    hs.signals.Signal2D(counts.reshape(12, 12, 12)).save(path, overwrite=True)
    with pytest.raises(KerasStemError, match="truncated; copy it again"):  # RosettaSciIO finds one image
        scan_of(truncated(path, path.stat().st_size // 3))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("unknown.xyz", "none is for .xyz files of patterns.*save the patterns as .hspy"),
        ("nameless", "none is for nameless files"),
        ("spectra.msa", "none is for .msa files"),
        ("scan.seq", "save it as .mrc or .tif"),
        ("scan.h5", "is not a readable HDF5 file"),
        ("scan.mrcz", "needs the package mrcz; install it with: pip install mrcz"),
        ("second_001.tvips", "starting with part 000"),
    ],
)
def test_what_is_not_read_is_told_with_a_way(name, message, tmp_path):
    if name.endswith("mrcz") and importlib.util.find_spec("mrcz"):
        pytest.skip("mrcz is installed")
    (tmp_path / name).write_text("nothing of the kind")
    with pytest.raises(KerasStemError, match=message) as found:
        scan_of(tmp_path / name)
    assert "\n" not in str(found.value)


def test_raw_merlin_patterns_are_refused(counts, tmp_path):
    merlin(raw=True)(tmp_path / "raw.mib", counts)
    with pytest.raises(KerasStemError, match=r"raw Merlin patterns .* LiberTEM"):
        scan_of(tmp_path / "raw.mib")


def test_colour_images_are_refused(rng, tmp_path):
    files.write_image(tmp_path / "map.png", rng.integers(0, 255, (12, 12, 3)).astype(np.uint8))
    with pytest.raises(KerasStemError, match="found a colour image"):
        scan_of(tmp_path / "map.png")


def test_an_hdf5_file_of_something_else(tmp_path):
    with h5py.File(tmp_path / "peaks.h5", "w") as file:
        file["qx"] = np.arange(3.0)
    with pytest.raises(KerasStemError, match=r"recognises the HDF5 file .*peaks.h5 \(qx\); save"):
        scan_of(tmp_path / "peaks.h5")


def test_every_reader_is_known():
    """A new reader of RosettaSciIO is to be looked at: does it hold patterns?"""
    from keras_stem.scan.readers import _NOT_OF_PATTERNS

    seen = {
        "Arina",
        "Blockfile",
        "DigitalMicrograph",
        "EMD",
        "EMPAD",
        "HSPY",
        "Image",
        "MRC",
        "MRCZ",
        "NeXus",
    }
    seen |= {"PantaRhei", "QuantumDetector", "Ripple", "Semper", "TIA", "TIFF", "TVIPS", "Topspin", "USID"}
    seen |= {"ZSPY", "netCDF", "numpy"}
    assert {plugin["name"] for plugin in rsciio.IO_PLUGINS} <= seen | _NOT_OF_PATTERNS
