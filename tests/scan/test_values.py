"""Types of values, masked pixels, and what is no count."""

import numpy as np
import pytest
from pattern_values import SHAPE, converted, written

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.scan.values import fill_masked, reading_type, summed_type

SUMS = [
    *[("u1", 4, "u2"), ("u2", 4, "u4"), ("u4", 4, "u8"), ("u8", 4, "u8"), ("u1", 256, "u2"), ("u1", 1, "u1")],
    *[("i1", 4, "i2"), ("i2", 4, "i4"), ("i4", 4, "i8"), ("i8", 4, "i8"), ("f4", 4, "f4"), ("f8", 16, "f8")],
]


@pytest.mark.parametrize(("dtype", "pixels", "expected"), SUMS)
def test_sums_have_room(dtype, pixels, expected):
    assert summed_type(np.dtype(dtype), pixels) == np.dtype(expected)


def test_types_as_they_are_read():
    assert reading_type(np.dtype(">u2")) == np.dtype("u2")
    assert reading_type(np.dtype("f2")) == np.dtype("f4")
    assert reading_type(np.dtype(">f2")) == np.dtype("f4")
    assert reading_type(np.dtype("?")) == np.dtype("u1")
    for other in ("c8", "S4", "M8[s]"):
        with pytest.raises(KerasStemError, match="integer or real patterns"):
            reading_type(np.dtype(other))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(value, tmp_path):
    patterns = np.ones(SHAPE, np.float32)
    patterns[2, 1, 3, 4] = value
    with pytest.raises(KerasStemError, match=r"NaN or infinity .* row 2, column 1"):
        converted(tmp_path, patterns)
    assert not (tmp_path / "out.h5").exists()
    with (
        Scan(written(tmp_path / "own.h5", patterns)) as scan,
        pytest.raises(KerasStemError, match=r"NaN or infinity .* row 2, column 1"),
    ):
        scan.read(np.arange(12))


def test_masked_pixels_have_the_mean_of_their_neighbours():
    patterns = np.arange(2 * 49.0).reshape(2, 7, 7)
    masked = np.zeros((7, 7), bool)
    masked[3, 3] = masked[0, 0] = True
    filled = fill_masked(patterns, masked)
    window = patterns[0, 1:6, 1:6].ravel()
    assert filled[0, 3, 3] == pytest.approx(np.delete(window, 12).mean())
    assert filled[0, 0, 0] == pytest.approx(np.delete(patterns[0, :3, :3].ravel(), 0).mean())
    masked[:] = True
    assert not fill_masked(patterns, masked).any()


def test_saturated_pixels_are_told(rng, tmp_path):
    patterns = rng.integers(0, 200, (2, 3, 16, 16)).astype(np.uint8)
    patterns[..., 4:6, 7] = 255
    patterns[..., 4:6, 8] = 240
    assert any("2.0 pixels of a pattern" in note for note in converted(tmp_path, patterns).notes)


def test_whole_numbers_with_a_large_gain_are_told(noisy, tmp_path):
    [note] = converted(tmp_path, (37 * noisy).astype(np.uint32)).notes
    assert "taken as counts" in note and "--gain" in note
    with Scan(tmp_path / "out.h5") as scan:
        assert scan.gain == 1
