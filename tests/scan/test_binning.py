"""Sums of pixels keep their sign and fit into their type."""

import numpy as np
import pytest
from pattern_values import SHAPE, converted

from keras_stem.errors import KerasStemError
from keras_stem.scan.binning import bin_patterns
from keras_stem.scan.scan import Scan


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


def test_blocks_are_summed():
    binned = bin_patterns(np.arange(16, dtype=np.uint8).reshape(1, 4, 4), 2)
    assert binned.tolist() == [[[10, 18], [42, 50]]]
    assert bin_patterns(np.full((1, 2, 2), 255, np.uint8), 2).tolist() == [[[1020]]]
