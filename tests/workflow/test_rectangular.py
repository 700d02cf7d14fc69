"""Steps and pixels whose two sides differ, from the instrument's file to the page about a map."""

import json

import h5py
import hyperspy.api as hs
import numpy as np
import orix.io
import pytest
from PIL import Image

from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.grains import measure_grains
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import segment
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import rotations_about
from keras_stem.errors import KerasStemError
from keras_stem.figures.ipf import ipf_figure
from keras_stem.io.map_grid import crystal_map
from keras_stem.io.orix_h5 import write_map_group
from keras_stem.scan.scan import Scan
from keras_stem.workflow.conversion import Calibration, Conversion
from keras_stem.workflow.convert import convert


def signal(counts, steps=(10.0, 5.0), units=("nm", "nm"), pixels=(0.02, 0.02), path=None):
    made = hs.signals.Signal2D(counts)
    scales = [*steps[-(counts.ndim - 2) :], *pixels]
    names = [*units[-(counts.ndim - 2) :], "1/Å", "1/Å"]
    axes = [*made.axes_manager.navigation_axes[::-1], *made.axes_manager.signal_axes[::-1]]
    for axis, scale, unit in zip(axes, scales, names, strict=True):
        axis.scale, axis.units = scale, unit
    made.save(path, overwrite=True)
    return path


@pytest.fixture
def counts(rng):
    return rng.integers(0, 200, (4, 6, 12, 12)).astype(np.uint8)


def test_steps_are_carried_through(counts, tmp_path, run):
    source = signal(counts, path=tmp_path / "source.hspy")
    told = run("convert", source, tmp_path / "out.h5", "--scan-binning", "2")
    assert "step 20 nm along y, 10 nm along x" in told
    with Scan(tmp_path / "out.h5") as scan:
        assert (scan.info.steps, scan.info.unit) == ((20.0, 10.0), "nm")
    axes = hs.load(tmp_path / "out.h5", file_format="hspy").axes_manager
    assert (axes["y"].scale, axes["x"].scale) == (20.0, 10.0)
    run("convert", source, tmp_path / "out.h5", "--step", "3x2")
    assert "step 3 nm along y, 2 nm along x" in run("info", tmp_path / "out.h5")


def test_steps_in_two_units(counts, tmp_path):
    source = signal(counts, (0.01, 5.0), ("µm", "nm"), path=tmp_path / "source.hspy")
    info = convert(source, tmp_path / "out.h5", Conversion()).info
    assert (info.steps, info.unit) == (pytest.approx((10.0, 5.0)), "nm")


@pytest.mark.parametrize("line", [(1, 12), (12, 1)])
def test_a_line_scan_keeps_its_step(line, rng, tmp_path):
    counts = rng.integers(0, 200, (12, 12, 12)).astype(np.uint8)
    source = signal(counts, path=tmp_path / "source.hspy")
    info = convert(source, tmp_path / "out.h5", Conversion()).info
    assert (info.shape, info.steps, info.unit) == ((1, 12), (5.0, 5.0), "nm")
    info = convert(source, tmp_path / "out.h5", Conversion(scan_shape=line)).info
    assert (info.shape, info.steps, info.unit) == (line, (5.0, 5.0), "nm")
    info = convert(source, tmp_path / "out.h5", Conversion(scan_shape=(3, 4))).info
    assert (info.steps, info.unit) == ((1.0, 1.0), "px")  # the distance of rows is not known


@pytest.mark.parametrize("wrong", [0.0, -5.0, np.inf, np.nan])
@pytest.mark.parametrize("axis", [0, 1, 2, 3])
def test_wrong_scales_name_the_axis(axis, wrong, counts, tmp_path):
    source = signal(counts, path=tmp_path / "source.hspy")
    with h5py.File(source, "r+") as file:
        [experiment] = file["Experiments"].values()
        experiment[f"axis-{axis}"].attrs["scale"] = wrong
    if np.isnan(wrong) and axis > 1:
        return  # a pixel size that is not known
    name, option = (("y", "--step"), ("x", "--step"), ("ky", "--pixel-size"), ("kx", "--pixel-size"))[axis]
    with pytest.raises(KerasStemError, match=rf"along {name} above 0 .*{option}"):
        convert(source, tmp_path / "out.h5", Conversion())
    with pytest.raises(KerasStemError, match=rf"along {name} above 0 .*{option}"):
        Scan(source)
    known = Calibration(steps=(2.0, 2.0), pixel_size=0.03)
    assert convert(source, tmp_path / "out.h5", Conversion(calibration=known)).info.steps == (2.0, 2.0)


WRONG = ["--step=0", "--step=-1", "--step=5x0", "--step=inf", "--pixel-size=0", "--gain=-1"]


@pytest.mark.parametrize("option", WRONG)
def test_wrong_options_are_wrong_usage(option, counts, tmp_path, run):
    source = signal(counts, path=tmp_path / "source.hspy")
    assert option.split("=")[0] in run("convert", source, tmp_path / "out.h5", option, status=2)
    assert "unit of length" in run(
        "convert", source, tmp_path / "out.h5", "--step", "5", "--unit", "parsnips", status=1
    )


def test_a_unit_alone_makes_no_length_of_an_unknown_step(counts, tmp_path, run):
    np.save(tmp_path / "counts.npy", counts)
    out = tmp_path / "out.h5"
    told = run("convert", tmp_path / "counts.npy", out, "--unit", "nm", status=1)
    assert "--step" in told
    assert "counts.npy" in told
    run("convert", tmp_path / "counts.npy", out, "--unit", "nm", "--step", "5")
    with Scan(out) as scan:
        assert (scan.info.steps, scan.info.unit) == ((5.0, 5.0), "nm")
    run("convert", out, tmp_path / "again.h5", "--unit", "um")  # of a step that is known
    with Scan(tmp_path / "again.h5") as scan:
        assert (scan.info.steps, scan.info.unit) == ((0.005, 0.005), "um")


def test_pixels_that_are_not_square(counts, tmp_path):
    source = signal(counts, pixels=(0.03, 0.02), path=tmp_path / "source.hspy")
    for read in (Scan, lambda path: convert(path, tmp_path / "out.h5", Conversion())):
        with pytest.raises(KerasStemError, match=r"square .* 0\.03 x 0\.02 1/Å .*--square-pixels"):
            read(source)
    convert(source, tmp_path / "out.h5", Conversion(square_pixels=True))
    with Scan(tmp_path / "out.h5") as scan:
        assert (scan.info.detector.shape, scan.info.detector.pixel_size) == ((12, 8), 0.03)
        np.testing.assert_allclose(scan.patterns[()].sum(axis=(2, 3)), counts.sum(axis=(2, 3)), rtol=1e-5)
        assert scan.notes() == []  # its fractions are shares of counts
    known = Calibration(pixel_size=0.02)
    assert convert(source, tmp_path / "out.h5", Conversion(calibration=known)).info.detector.shape == (12, 12)


@pytest.fixture
def halves():
    """A left and a right grain of 4 x 3 points each, with steps of 2 along y and 1 along x."""
    angles = np.where(np.arange(24) % 6 < 3, 0.0, np.deg2rad(20))
    rotations = rotations_about(np.tile([0.0, 0, 1], (24, 1)), angles)
    return crystal_map(rotations, linio2(), (4, 6), (2.0, 1.0), "nm", {"Q": np.ones(24)})


def test_grains_and_boundaries_by_hand(halves):
    grid = grid_of(halves)
    grains = measure_grains(grid, segment(grid).numbers)
    np.testing.assert_allclose(grains.area, [24, 24])  # 4 x 3 points of 2 x 1 nm
    np.testing.assert_allclose(grains.x, [1, 4])
    np.testing.assert_allclose(grains.y, [3, 3])
    np.testing.assert_allclose(grains.aspect, [8 / 3, 8 / 3])  # 8 nm high, 3 nm wide
    boundaries = find_boundaries(grid)
    assert boundaries.length == pytest.approx(8.0)
    np.testing.assert_allclose(boundaries.lengths, [2, 2, 2, 2])
    turned = crystal_map(halves.rotations, linio2(), (4, 6), (1.0, 2.0), "nm", {})
    assert find_boundaries(grid_of(turned)).length == pytest.approx(4.0)


def test_pictures_have_the_aspect_of_the_scan(halves, tmp_path):
    """4 rows of 2 nm and 6 columns of 1 nm: 8 nm high and 6 nm wide."""
    figure = ipf_figure(halves, "z")
    figure.savefig(tmp_path / "map.png")
    box = figure.axes[0].get_window_extent()
    assert box.height / box.width == pytest.approx(8 / 6, rel=0.01)
    with Image.open(tmp_path / "map.png") as image:
        assert image.height > 0


@pytest.mark.slow
def test_exports_and_tables_have_both_steps(halves, tmp_path, run):
    with h5py.File(tmp_path / "map.h5", "w") as file:
        write_map_group(file, halves)
    for suffix in ("ctf", "ang", "h5"):
        run("export", tmp_path / "map.h5", tmp_path / f"out.{suffix}")
        found = orix.io.load(tmp_path / f"out.{suffix}")
        scale = 1 if suffix == "h5" else 1e3
        assert (found.dy * scale, found.dx * scale) == pytest.approx((2, 1))
    text = (tmp_path / "out.ctf").read_text()
    assert "XStep\t0.001\n" in text and "YStep\t0.002\n" in text
    assert "mean 5.53 nm" in run("grains", tmp_path / "map.h5", "--out", tmp_path / "grains")
    assert "4 segments, 8 nm in all" in run("boundaries", tmp_path / "map.h5", "--out", tmp_path / "rims")
    assert json.loads((tmp_path / "rims" / "boundaries.json").read_text())["length"] == 8.0
    html = tmp_path / "page.html"
    run("report", tmp_path / "map.h5", "--out", html)
    assert "2 nm along y, 1 nm along x" in html.read_text(encoding="utf-8")
