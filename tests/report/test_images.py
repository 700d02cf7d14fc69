"""Images in pages."""

import numpy as np
from matplotlib.figure import Figure
from page_data import picture
from PIL import Image

from keras_stem.report.images import aspect_ratio, figure_uri, file_uri, png_uri


def test_pictures_are_exact(rng):
    image = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
    np.testing.assert_allclose(255 * picture(png_uri(image)), image, atol=0.01)


def test_fractions_are_grey_levels():
    image = np.array([[-0.5, 0.0, 0.5], [1.0, 2.0, 0.2]])
    for noisy in (False, True):
        np.testing.assert_allclose(
            255 * picture(png_uri(image, noisy)), [[0, 0, 128], [255, 255, 51]], atol=0.01
        )


def test_files_and_figures_are_pictures(tmp_path):
    Image.fromarray(np.full((4, 10), 51, np.uint8)).save(tmp_path / "a.png")
    assert aspect_ratio(tmp_path / "a.png") == 2.5
    np.testing.assert_allclose(255 * picture(file_uri(tmp_path / "a.png")), np.full((4, 10), 51), atol=0.01)
    assert picture(figure_uri(Figure(figsize=(3, 2)), dpi=50)).shape[:2] == (100, 150)
