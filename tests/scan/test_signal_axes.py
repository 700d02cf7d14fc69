"""Axes as HyperSpy writes them: uneven ones, spectra, and the scan behind the detector."""

import h5py
import hyperspy.api as hs
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert

SCALES, UNITS = (2.0, 3.0, 0.05, 0.05), ("nm", "nm", "1/Å", "1/Å")


@pytest.fixture
def counts(rng):
    return rng.poisson(5, (3, 4, 6, 8)).astype(np.uint16)


@pytest.fixture
def signal(counts):
    signal = hs.signals.Signal2D(counts)
    for axis, name, scale, unit in zip(
        signal.axes_manager._axes, ("y", "x", "ky", "kx"), SCALES, UNITS, strict=True
    ):
        axis.name, axis.scale, axis.units = name, scale, unit
    return signal


def both(signal, tmp_path):
    """What a file says of itself when it is opened, and when it is converted; or why neither happens."""
    source = tmp_path / "source.hspy"
    signal.save(source, overwrite=True)
    found = []
    for read in (lambda: source, lambda: _converted(source, tmp_path / "out.h5")):
        try:
            with Scan(read()) as scan:
                found.append((scan.info, scan.patterns[()]))
        except KerasStemError as error:
            found.append(str(error))
    return found


def _converted(source, path):
    convert(source, path, Conversion())
    return path


@pytest.mark.parametrize("number", range(4))
def test_an_even_axis_given_by_its_values_has_their_step(number, signal, counts, tmp_path):
    signal.axes_manager._axes[number].convert_to_non_uniform_axis()
    for info, patterns in both(signal, tmp_path):
        assert info.steps == (2.0, 3.0) and info.unit == "nm"
        assert info.detector.pixel_size == pytest.approx(0.05, rel=1e-9)
        np.testing.assert_array_equal(patterns, counts)


@pytest.mark.parametrize(("number", "name"), [(1, "x"), (3, "kx")])
def test_an_uneven_axis_is_refused(number, name, signal, tmp_path):
    axis = signal.axes_manager._axes[number]
    axis.convert_to_non_uniform_axis()
    axis.axis = np.asarray(axis.axis) ** 2
    opened, made = both(signal, tmp_path)
    assert opened == made
    assert f"even steps along the axis {name} in" in made and "interpolate_on_axis" in made


def test_an_axis_by_an_expression_is_refused(signal, tmp_path):
    signal.axes_manager._axes[0].convert_to_functional_data_axis(expression="x**2 + 1")
    opened, made = both(signal, tmp_path)
    assert opened == made
    assert "even steps along the axis y" in made and "x**2" in made


def test_a_spectrum_image_is_no_scan(rng, tmp_path):
    spectra = hs.signals.Signal1D(rng.poisson(5, (3, 4, 32)).astype(np.uint16))
    for axis in spectra.axes_manager.navigation_axes:
        axis.units = "nm"
    for unit in ("eV", "keV", ""):
        spectra.axes_manager._axes[2].units = unit
        assert "found spectra" in both(spectra, tmp_path)[1]


@pytest.mark.parametrize("unit", ["eV", ""])
def test_spectra_in_four_dimensions_are_no_scan(unit, rng, tmp_path):
    spectra = hs.signals.Signal1D(rng.poisson(5, (3, 4, 5, 32)).astype(np.uint16))
    spectra.axes_manager._axes[3].units = unit
    assert all("found spectra" in text for text in both(spectra, tmp_path))


def test_patterns_with_one_signal_axis_of_two_reciprocal_ones(signal, counts, tmp_path):
    for _, patterns in both(signal.transpose(signal_axes=("kx",)), tmp_path):
        np.testing.assert_array_equal(patterns, counts)


@pytest.mark.parametrize("calibrated", [True, False])
def test_a_detector_before_the_scan(calibrated, signal, counts, tmp_path):
    """HyperSpy's flag tells it where units do not; where they do, they count."""
    swapped = signal.transpose(signal_axes=("x", "y"))
    if not calibrated:
        for axis in swapped.axes_manager._axes:
            axis.units, axis.scale, axis.navigate = "", 1.0, not axis.navigate
    opened, (info, patterns) = both(swapped, tmp_path)
    assert "found ky, kx, y, x; kstem convert puts them in order" in opened
    np.testing.assert_array_equal(patterns, counts)
    assert info.steps == ((2.0, 3.0) if calibrated else (1.0, 1.0))


def add_experiment(signal, title, tmp_path):
    """Put a signal beside what ``source.hspy`` holds."""
    signal.metadata.General.title = title
    signal.save(tmp_path / "other.hspy", overwrite=True)
    with h5py.File(tmp_path / "other.hspy") as other, h5py.File(tmp_path / "source.hspy", "r+") as source:
        other.copy(f"Experiments/{title}", source["Experiments"])


def test_two_scans_in_a_file_are_refused(signal, tmp_path):
    signal.metadata.General.title = "first"
    signal.save(tmp_path / "source.hspy")
    add_experiment(signal.deepcopy(), "second", tmp_path)
    for read in (Scan, lambda source: convert(source, tmp_path / "out.h5", Conversion())):
        with pytest.raises(
            KerasStemError, match=r"one scan in .*source.hspy, found 2: first, second; .*HyperSpy"
        ):
            read(tmp_path / "source.hspy")


def test_an_image_beside_a_scan_does_not_matter(signal, counts, tmp_path):
    signal.metadata.General.title = "scan"
    signal.save(tmp_path / "source.hspy")
    add_experiment(hs.signals.Signal2D(np.ones((3, 4))), "an image", tmp_path)
    for path in (tmp_path / "source.hspy", _converted(tmp_path / "source.hspy", tmp_path / "out.h5")):
        with Scan(path) as scan:
            np.testing.assert_array_equal(scan.patterns[()], counts)
