import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.inference.blocks import map_blocks
from keras_stem.instrument.detector import Detector
from keras_stem.pipeline.source import ArraySource, ScanSource
from keras_stem.scan.binning import bin_patterns
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import create_scan


class Counted:
    """Source that remembers which positions were read."""

    def __init__(self, source):
        self._source, self.seen = source, []
        self.shape, self.dtype, self.chunk = source.shape, source.dtype, source.chunk

    def read(self, positions):
        self.seen.extend(positions.tolist())
        return self._source.read(positions)


@pytest.mark.parametrize("binning", [1, 2])
def test_each_pattern_is_read_once_in_order(scan, positions, binning, small_blocks):
    source = Counted(ScanSource(scan, binning))
    found = map_blocks(lambda block, patterns: (positions[block], patterns), source, positions)
    assert len(found) == -(-len(positions) // 32)
    assert source.seen == positions.tolist()
    np.testing.assert_array_equal(np.concatenate([part for part, _ in found]), positions)
    patterns = np.concatenate([part for _, part in found])
    np.testing.assert_array_equal(patterns, bin_patterns(scan.read(positions), binning))


def test_patterns_in_memory_are_a_source(scan, positions, small_blocks):
    source = ArraySource(scan.read(positions))
    found = map_blocks(lambda _, patterns: patterns, source, np.arange(len(positions)))
    np.testing.assert_array_equal(np.concatenate(found), scan.read(positions))


@pytest.fixture
def float_scan(tmp_path):
    info = ScanInfo("floats", (2, 50), Detector((64, 64), 0.05), (1.0, 1.0), "nm")
    patterns = np.ones((2, 50, 64, 64), np.float32)
    patterns[1, 7, 3, 4] = np.nan
    with create_scan(tmp_path / "nan.h5", info, np.float32) as writer:
        writer.write_rows(0, patterns)
    with Scan(tmp_path / "nan.h5") as scan:
        yield scan


def test_nan_is_reported_with_its_position(float_scan):
    with pytest.raises(KerasStemError, match=r"NaN.*row 1, column 7"):
        map_blocks(lambda _, patterns: None, ScanSource(float_scan), np.arange(100))
