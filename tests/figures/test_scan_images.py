"""Virtual images show the contrast of the sample."""

import numpy as np
import pytest

from keras_stem.figures.scan_images import virtual_figure
from keras_stem.instrument.detector import Detector
from keras_stem.scan.metadata import ScanInfo

INFO = ScanInfo("test", (20, 20), Detector((8, 8), 0.1), (1.0, 1.0), "nm", 200.0)


def drawn(image):
    """The greys of an image, from 0 to 1, and the texts of its colour bar."""
    figure = virtual_figure(image, INFO, "Bright field")
    shown = figure.axes[0].images[0]
    bar = figure.axes[1]
    texts = [label.get_text() for label in bar.get_yticklabels()]
    return np.asarray(shown.norm(shown.get_array())), [bar.get_ylabel(), *texts]


@pytest.mark.parametrize("vacuum", [0.0, 100_000.0])
def test_vacuum_does_not_take_the_contrast_of_the_sample(vacuum):
    """Two halves of a sample differ by 1 %, and a fifth of the scan is vacuum, dark or bright."""
    image = np.full((20, 20), 30_000.0)
    image[:, 10:] *= 1.01
    image[:4] = vacuum
    greys, _ = drawn(image)
    assert abs(greys[10, 15] - greys[10, 5]) >= 0.25
    assert (greys[0, 0] > greys[10, 15]) == (vacuum > 0)


def test_the_colour_bar_states_the_percentiles():
    greys, texts = drawn(np.arange(400.0).reshape(20, 20) + 1000)
    assert texts[0] == "Counts (percentile)"
    assert texts[1] == "1,004 (1 %)"
    assert texts[3] == "1,200 (50 %)"
    np.testing.assert_allclose([greys.min(), greys.max(), np.median(greys)], [0, 1, 0.5], atol=0.01)


def test_an_image_of_one_value_is_drawn(tmp_path):
    greys, _ = drawn(np.full((20, 20), 7.0))
    assert len(np.unique(greys)) == 1
    virtual_figure(np.full((20, 20), 7.0), INFO, "Vacuum").savefig(tmp_path / "flat.png")
