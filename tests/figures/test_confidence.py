import numpy as np
import pytest
from matplotlib.image import imread

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.figures.confidence import confidence_figure
from keras_stem.figures.style import save
from keras_stem.io.map_grid import crystal_map


@pytest.mark.parametrize("known", [("uncertainty", "agreement"), ("uncertainty",), ("agreement",)])
def test_what_is_known_has_a_panel(known, tmp_path, rng):
    drawn = crystal_map(random_rotations(60, rng), linio2(), (6, 10), 1.5, "nm", {})
    values = {"uncertainty": rng.uniform(0, 20, 60), "agreement": rng.uniform(0, 100, 60)}
    shown = {name: values[name] if name in known else None for name in values}
    figure = confidence_figure(drawn, **shown)
    panels = [axes for axes in figure.axes if axes.get_title()]
    for name, panel in zip(known, panels, strict=True):
        np.testing.assert_array_equal(panel.images[0].get_array().ravel(), values[name])
    save(figure, tmp_path / "confidence.png")
    assert imread(tmp_path / "confidence.png").std() > 0.1  # not blank


def test_points_unlike_the_training_are_told(rng):
    drawn = crystal_map(random_rotations(60, rng), linio2(), (6, 10), 1.5, "nm", {})
    figure = confidence_figure(drawn, rng.uniform(0, 20, 60), None, np.arange(60) < 15)
    assert "25%" in figure.get_supxlabel()
