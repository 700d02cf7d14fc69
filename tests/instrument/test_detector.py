import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.scan.binning import bin_patterns


def test_rows_run_downward_and_columns_to_the_right():
    detector = Detector((64, 64), 0.05)
    right, up = detector.to_pixels(np.array([[0.5, 0.0], [0.0, 0.5]]))
    np.testing.assert_allclose(right, (31.5, 41.5))
    np.testing.assert_allclose(up, (21.5, 31.5))


def test_binning_keeps_the_direct_beam_and_the_counts(rng):
    detector = Detector((64, 64), 0.05)
    binned = detector.binned(4)
    assert binned.shape == (16, 16)
    assert binned.pixel_size == pytest.approx(0.2)
    spot = np.array([[0.3, -0.7]])
    np.testing.assert_allclose((detector.to_pixels(spot) + 0.5) / 4 - 0.5, binned.to_pixels(spot))
    patterns = rng.integers(0, 60000, (3, 64, 64), dtype=np.uint16)
    small = bin_patterns(patterns, 4)
    assert small.shape == (3, 16, 16)
    assert small.dtype == np.uint32
    assert small.sum() == patterns.sum(dtype=np.int64)


def test_binning_must_divide_the_shape():
    with pytest.raises(KerasStemError, match="divides"):
        Detector((64, 60), 0.05).binned(8)


def test_distances_are_from_the_direct_beam_in_the_middle():
    detector = Detector((4, 6), 0.1)
    assert detector.centre == (1.5, 2.5)
    assert detector.reciprocal_radius == pytest.approx(0.1 * np.hypot(2, 3))  # to the corner
    assert detector.inner_radius == pytest.approx(0.2)  # to the nearest edge
    assert detector.distances.shape == (4, 6)
    np.testing.assert_allclose(detector.distances[0, 0], 0.1 * np.hypot(1.5, 2.5))
    np.testing.assert_allclose(detector.distances, detector.distances[::-1, ::-1])
