"""Figures of texture say what they show."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from phases import PHASES

from keras_stem.analysis.orientation_density import orientation_density, sections
from keras_stem.analysis.pole_density import inverse_pole_figure, plane_normal, pole_figure
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.texture import (
    Sample,
    index_text,
    inverse_pole_figures,
    pole_figures,
    section_figure,
)

ALONG = dict(zip("xyz", np.eye(3), strict=True))


@pytest.fixture
def density_of(rng):
    """Return the density of five orientations of a phase."""
    return lambda phase: orientation_density(random_rotations(5, rng), proper_point_group(phase), 30.0)


def told(figure):
    """All texts of a figure."""
    texts = [text.get_text() for text in figure.texts]
    return " ".join([*texts, *(axes.get_title() for axes in figure.axes)])


def test_figures_state_phase_number_hemisphere_and_maximum(density_of):
    phase = PHASES["Pm-3m"]()
    sample, density = Sample(phase, "Ni $2$", 12345), density_of(phase)
    inverse = {name: inverse_pole_figure(density, direction) for name, direction in ALONG.items()}
    poles = {index_text((1, 1, 1)): pole_figure(density, plane_normal((1, 1, 1), phase))}
    figures = {
        inverse_pole_figures(inverse, sample): ("upper hemisphere of the crystal", inverse),
        pole_figures(poles, sample): ("upper hemisphere of the sample", poles),
        section_figure(sections(density), sample, 7.25): ("maximum 7.2 mrd", {}),
    }
    for figure, (expected, densities) in figures.items():
        assert "12,345 orientations" in told(figure)
        assert r"Ni \$2\$" in told(figure)
        assert expected in told(figure)
        for density in densities.values():
            assert f"maximum {density.maximum():.1f} mrd" in told(figure)


@pytest.mark.parametrize("phase", PHASES.values(), ids=PHASES)
def test_titles_and_captions_keep_clear_of_corner_labels(density_of, phase):
    inverse = {name: inverse_pole_figure(density_of(phase()), direction) for name, direction in ALONG.items()}
    figure = inverse_pole_figures(inverse, Sample(phase(), "phase", 5))
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    [caption] = figure.texts
    for axes in figure.axes[:3]:
        title = axes.title.get_window_extent(renderer)
        assert not title.overlaps(caption.get_window_extent(renderer))
        for label in axes.texts:
            assert not title.overlaps(label.get_window_extent(renderer)), label.get_text()
