"""Figures of a page about a map."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from orix.crystal_map import CrystalMap, Phase

from keras_stem.analysis.boundary_classes import boundary_classes
from keras_stem.crystal.map_phases import phases_of
from keras_stem.crystal.rotations import first_rotations
from keras_stem.figures.boundaries import boundary_figure, misorientation_figure
from keras_stem.figures.comparison import comparison_figure
from keras_stem.figures.confidence import confidence_figure
from keras_stem.figures.grains import grain_figure, size_figure
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.ipf_key import DIRECTIONS
from keras_stem.files import file_part
from keras_stem.io.map_grid import crystal_map
from keras_stem.report.map_analysis import MapAnalysis


@dataclass(frozen=True)
class Drawn:
    """Figure for a page.

    Parameters
    ----------
    name
        Stem of the file names.
    title, alt
        Caption, and alternative text for screen readers.
    figure
        Matplotlib figure.
    """

    name: str
    title: str
    alt: str
    figure: Figure


def _ipf_maps(analysis: MapAnalysis, direction: str) -> Iterator[Drawn]:
    several = len(analysis.grid.phases) > 1
    for number, phase in analysis.grid.phases.items():
        inside = analysis.grid.phase == number
        # The figure takes a map of a single phase; points of other phases are grey.
        only = crystal_map(
            first_rotations(analysis.crystal_map),
            phase,
            analysis.grid.shape,
            analysis.grid.steps,
            analysis.grid.unit,
            {},
        )
        for along in DIRECTIONS:
            name = f"ipf_{along}_{file_part(phase.name)}_{number}" if several else f"ipf_{along}"
            title = f"{phase.name}: crystal direction along {along}"
            alt = f"Map of the orientations of {phase.name}, coloured by the crystal direction along {along}"
            yield Drawn(name, title, alt, ipf_figure(only, along, inside))


def _confidence_map(analysis: MapAnalysis, direction: str) -> Iterator[Drawn]:
    uncertainty, agreement, novel = (
        analysis.property(name) for name in ("uncertainty", "agreement", "out_of_distribution")
    )
    if uncertainty is None and agreement is None:
        return
    figure = confidence_figure(analysis.crystal_map, uncertainty, agreement, novel)
    alt = "Maps of the uncertainty of the orientations and of their agreement with the expected spots"
    yield Drawn("confidence", "Confidence of the orientations", alt, figure)


def _comparison(analysis: MapAnalysis, direction: str) -> Iterator[Drawn]:
    if analysis.labels is None or len(analysis.grid.phases) > 1 or len(_phases(analysis.labels)) > 1:
        return
    shown = np.isfinite(analysis.label_disorientation)
    figure = comparison_figure(
        analysis.labels,
        analysis.crystal_map,
        analysis.label_disorientation,
        shown,
        ("Labels", "Map"),
        direction,
    )
    alt = "Map of the labels, this map, and the disorientation between the two at each point"
    yield Drawn("comparison", "The labels of the scan and this map", alt, figure)


def _grains(analysis: MapAnalysis, direction: str) -> Iterator[Drawn]:
    alt = "Map of the grains, coloured by their mean crystal direction, with their rims"
    drawn = grain_figure(analysis.grid, analysis.numbers, analysis.grains, direction)
    yield Drawn("grains", "Grains", alt, drawn)
    alt = "Histograms of the equivalent diameters of the grains, by number and by area"
    yield Drawn("grain_sizes", "Sizes of the grains", alt, size_figure(analysis.grains, analysis.grid.unit))


def _boundaries(analysis: MapAnalysis, direction: str) -> Iterator[Drawn]:
    classes = boundary_classes(analysis.grid, analysis.boundaries)
    alt = "Map of the boundaries, by their misorientation"
    yield Drawn(
        "boundaries",
        "Boundaries",
        alt,
        boundary_figure(analysis.grid, analysis.boundaries, classes, direction),
    )
    alt = "Histogram of the misorientation angles beside that of random pairs of orientations"
    drawn = misorientation_figure(analysis.grid, analysis.boundaries)
    yield Drawn("misorientations", "Misorientations", alt, drawn)


def _phases(labels: CrystalMap) -> list[Phase]:
    return list(phases_of(labels).values())


MAP_FIGURES: tuple[Callable[[MapAnalysis, str], Iterator[Drawn]], ...] = (
    _ipf_maps,
    _confidence_map,
    _comparison,
    _grains,
    _boundaries,
)
"""Figure functions of a page about a map, in display order. Each takes the analysis of the map and the lab
direction of the colours, and yields its figures, or none if the map lacks the data for them."""


def map_figures(analysis: MapAnalysis, direction: str) -> Iterator[Drawn]:
    """Yield the figures of a page about a map."""
    for draw in MAP_FIGURES:
        yield from draw(analysis, direction)
