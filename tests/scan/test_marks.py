"""Pixels that a detector masks, and saturated beams that it does not."""

import numpy as np
import pytest
from pattern_values import converted, written

from keras_stem.scan.scan import Scan
from keras_stem.scan.values import examine


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


def test_a_saturated_beam_is_not_masked(rng):
    rows, columns = np.indices((64, 64)) - 31.5
    beam = 400 * np.exp(-(np.hypot(rows, columns) ** 2) / 30)
    patterns = np.minimum(rng.poisson(beam, (9, 64, 64)), 255).astype(np.uint8)
    assert (patterns == 255).all(axis=0).any()
    assert not examine(patterns).masked.any()
