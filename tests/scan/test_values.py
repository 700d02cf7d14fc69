"""Types of values, masked pixels, negative values, and what is no count."""

import numpy as np
import pytest
from pattern_values import SHAPE, converted, written

from keras_stem.errors import KerasStemError
from keras_stem.scan.detector import Detector, bin_patterns
from keras_stem.scan.scan import Scan
from keras_stem.scan.squaring import Squaring
from keras_stem.scan.values import examine, fill_masked, reading_type, summed_type

SUMS = [
    *[("u1", 4, "u2"), ("u2", 4, "u4"), ("u4", 4, "u8"), ("u8", 4, "u8"), ("u1", 256, "u2"), ("u1", 1, "u1")],
    *[("i1", 4, "i2"), ("i2", 4, "i4"), ("i4", 4, "i8"), ("i8", 4, "i8"), ("f4", 4, "f4"), ("f8", 16, "f8")],
]


@pytest.mark.parametrize(("dtype", "pixels", "expected"), SUMS)
def test_sums_have_room(dtype, pixels, expected):
    assert summed_type(np.dtype(dtype), pixels) == np.dtype(expected)


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "f4", "f8"])
def test_negative_values_stay_negative(dtype, tmp_path, rng):
    patterns = rng.integers(-3, 20, SHAPE).astype(dtype)
    binned = bin_patterns(patterns, 4)
    expected = patterns.astype(np.int64).reshape(3, 4, 4, 4, 4, 4).sum(axis=(3, 5))
    np.testing.assert_array_equal(binned, expected)
    made = converted(tmp_path, patterns, binning=4, scan_binning=2)
    assert any("are negative (down to -3)" in note for note in made.notes)
    with Scan(tmp_path / "out.h5") as scan:
        summed = expected[:2].reshape(1, 2, 2, 2, 4, 4).sum(axis=(1, 3))
        np.testing.assert_array_equal(scan.read(np.arange(2)), summed[0])
        assert scan.dtype.kind == np.dtype(dtype).kind


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


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4"])
@pytest.mark.parametrize("below", [0, 1])
def test_pixels_that_the_detector_masks(dtype, below, noisy, tmp_path):
    """DECTRIS: 2^n - 1 in gaps between modules, 2^n - 2 of defective pixels."""
    patterns = np.minimum(noisy // 6, 110).astype(dtype)
    mark = np.iinfo(dtype).max - below
    masked = np.zeros((64, 64), bool)
    masked[30:33], masked[5, 7] = True, True
    patterns[..., masked] = mark
    known = examine(patterns.reshape(-1, 64, 64))
    np.testing.assert_array_equal(known.masked, masked)
    assert known.largest < 128
    made = converted(tmp_path, patterns, binning=2)
    assert any("masks 193 pixels" in note for note in made.notes)
    with Scan(tmp_path / "out.h5") as scan:
        assert scan.patterns[()].max() < 4 * 128
        assert not scan.values.masked.any()
    with Scan(written(tmp_path / "own.h5", patterns)) as scan:
        read = scan.read(np.arange(20)).reshape(4, 5, 64, 64)
        assert read.dtype == np.dtype(dtype) and read.max() < 128
        np.testing.assert_array_equal(read[..., ~masked], patterns[..., ~masked])
        assert "masks 193 pixels" in " ".join(scan.notes())


MARKS = [
    *[("i2", 2**15 - 1), ("i4", 2**31 - 1), ("i8", 2**63 - 1), ("u8", 2**64 - 1), ("f4", 2**16 - 1)],
    *[("f4", 2**32 - 1), ("f8", 2**32 - 1), ("f8", 2**32 - 2), ("f4", 2**31 - 1), ("f8", 2**16 - 1)],
]


@pytest.mark.parametrize(("dtype", "mark"), MARKS)
def test_marks_in_other_types(dtype, mark, noisy, tmp_path):
    patterns = noisy.astype(dtype)
    masked = np.zeros((64, 64), bool)
    masked[30:33], masked[5, 7], masked[50:53, 8:11] = True, True, True
    patterns[..., masked] = mark
    np.testing.assert_array_equal(examine(patterns.reshape(-1, 64, 64)).masked, masked)
    made = converted(tmp_path, patterns, binning=2)
    assert any("masks 202 pixels" in note for note in made.notes)
    with Scan(tmp_path / "out.h5") as scan:
        assert scan.patterns[()].max() < 4 * noisy.max()


@pytest.mark.parametrize(
    ("dtype", "largest"), [("u1", 255), ("u2", 255), ("u2", 4095), ("f4", 4095), ("i4", 1023)]
)
@pytest.mark.parametrize("radius", [0.5, 2.5])
def test_a_sharp_saturated_beam_stays(dtype, largest, radius, rng, tmp_path):
    """A camera gives it its largest value in the same pixels of all patterns, and no other comes near it."""
    rows, columns = np.indices((64, 64)) - 32
    beam = np.hypot(rows, columns) <= radius
    patterns = np.where(beam, largest, rng.poisson(3, (3, 4, 64, 64))).astype(dtype)
    made = converted(tmp_path, patterns)
    assert any(
        f"{beam.sum()}.0 pixels of a pattern" in note and f"({largest})" in note for note in made.notes
    )
    with Scan(tmp_path / "out.h5") as scan:
        np.testing.assert_array_equal(scan.read(np.arange(12)).reshape(patterns.shape), patterns)


def test_a_saturated_beam_beside_masked_lines_stays(rng):
    patterns = rng.poisson(3, (9, 64, 64)).astype(np.uint8)
    masked = np.zeros((64, 64), bool)
    masked[:, 20:22] = masked[40, 5] = True
    patterns[:, masked] = 255
    patterns[:, 30:34, 31:35] = 255
    known = examine(patterns)
    np.testing.assert_array_equal(known.masked, masked)
    assert known.saturated == 16


def test_sums_that_no_type_holds_are_refused(tmp_path):
    patterns = np.full((2, 2, 16, 16), 2**62, np.uint64)
    patterns[0, 0, 0, 0] = 2**63
    with pytest.raises(KerasStemError, match="sum over 4 fits into 64 bits, found 9223372036854775808"):
        bin_patterns(patterns, 2)
    with pytest.raises(KerasStemError, match="sum over 4 fits into 64 bits"):
        bin_patterns(np.full((1, 2, 2), -(2**62)), 2)
    with pytest.raises(KerasStemError, match="sum over 4 fits into 64 bits"):
        converted(tmp_path, patterns, scan_binning=2)
    assert bin_patterns(np.full((1, 2, 2), 2**62 - 1, np.uint64), 2)[0, 0, 0] == 2**64 - 4


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


def test_a_saturated_beam_is_not_masked(rng):
    rows, columns = np.indices((64, 64)) - 31.5
    beam = 400 * np.exp(-(np.hypot(rows, columns) ** 2) / 30)
    patterns = np.minimum(rng.poisson(beam, (9, 64, 64)), 255).astype(np.uint8)
    assert (patterns == 255).all(axis=0).any()
    assert not examine(patterns).masked.any()


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


def test_squares_keep_the_counts_and_the_middle(rng):
    patterns = rng.poisson(5, (3, 24, 36)).astype(np.uint16)
    squaring = Squaring((24, 36), (0.03, 0.02))
    assert squaring.detector == Detector((24, 24), 0.03)
    squared = squaring.apply(patterns)
    np.testing.assert_allclose(squared.sum(axis=(1, 2)), patterns.sum(axis=(1, 2)), rtol=1e-6)
    # Pixels of 2 and 3: the first new one has the first old one and half of the second.
    np.testing.assert_allclose(squared[..., 0], patterns[..., 0] + patterns[..., 1] / 2, rtol=1e-6)
    disk = np.zeros((1, 24, 36))
    disk[0, 11:13, 17:19] = 1  # the middle pixels
    found = squaring.apply(disk)[0]
    np.testing.assert_allclose(found, found[::-1, ::-1], atol=1e-6)
