"""Contents of the interactive map: images with one pixel per point, and the values of each point."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.euler import euler_of, reduce_euler
from keras_stem.crystal.grains import OUTSIDE
from keras_stem.crystal.rotations import first_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.style import MASKED, scalar_colors
from keras_stem.report.images import png_uri
from keras_stem.report.map_analysis import MapAnalysis

_GOLDEN = 0.618034
"""Hue step between consecutive grain numbers (golden ratio), which gives them well-separated colours."""


@dataclass(frozen=True)
class Value:
    """Scalar value of each point.

    Parameters
    ----------
    name, title
        Identifier, and display title.
    data
        Values, shape (n,); missing values are NaN, or -1 for integers.
    unit
        Unit of the values.
    digits
        Number of displayed decimals.
    largest
        Upper end of the colour scale of the overlay; None for the largest value.
    overlay
        Whether the value is available as a map overlay.
    """

    name: str
    title: str
    data: np.ndarray
    unit: str = ""
    digits: int = 2
    largest: float | None = None
    overlay: bool = False


@dataclass(frozen=True)
class Overlay:
    """Image overlay of the map.

    Parameters
    ----------
    name, title
        Identifier, and display title.
    image
        Data URI of the image, with one pixel per point.
    key
        Colour legend: "ipf", "bar", or "" for categorical colours without a legend.
    largest
        Upper end of the colour bar, which starts at 0.
    unit
        Unit of the colour bar.
    """

    name: str
    title: str
    image: str
    key: str = ""
    largest: float = 0.0
    unit: str = ""


_PROPERTIES: tuple[tuple[str, str, dict], ...] = (
    ("Q", "Q", {"overlay": True}),
    ("R", "R", {"overlay": True, "largest": 100.0}),
    ("uncertainty", "Uncertainty (68 %)", {"unit": "°", "overlay": True, "largest": 15.0}),
    ("uncertainty_95", "Uncertainty (95 %)", {"unit": "°"}),
    ("reliability", "Reliability", {"digits": 0, "overlay": True, "largest": 100.0}),
    ("agreement", "Agreement", {"digits": 1, "overlay": True, "largest": 100.0}),
    ("out_of_distribution", "Out of distribution", {"digits": 0}),
    ("probability", "Probability", {"overlay": True, "largest": 1.0}),
    ("ambiguous", "Ambiguous", {"digits": 0}),
)
_ANGLES = (("phi1", "φ₁"), ("Phi", "Φ"), ("phi2", "φ₂"))


def map_values(analysis: MapAnalysis) -> list[Value]:
    """Return all values of the points, in display order."""
    found = [Value("phase", "Phase", analysis.grid.phase, digits=0), *_euler(analysis, analysis.crystal_map)]
    if analysis.labels is not None:
        found += _euler(analysis, analysis.labels, "label_", "Label ")
    for name, title, options in _PROPERTIES:
        values = analysis.property(name)
        if values is not None:
            found.append(Value(name, title, values.astype(float), **options))
    found.append(Value("grain", "Grain", analysis.numbers, digits=0))
    found.append(Value("diameter", "Grain diameter", _of_grain(analysis), analysis.unit))
    if analysis.label_disorientation is not None:
        angles = {"unit": "°", "largest": 15.0, "overlay": True}
        found.append(Value("disorientation", "From label", analysis.label_disorientation, **angles))
    return found


def _euler(analysis: MapAnalysis, crystal_map: CrystalMap, prefix: str = "", title: str = "") -> list[Value]:
    """Return the Euler angles in the fundamental region of the map's phase at each point."""
    rotations = first_rotations(crystal_map)
    angles = np.rad2deg(euler_of(rotations))
    for number, phase in analysis.grid.phases.items():
        own = analysis.grid.phase == number
        angles[own] = np.rad2deg(reduce_euler(rotations[own], proper_point_group(phase)))
    return [
        Value(prefix + name, title + symbol, angles[:, k], "°") for k, (name, symbol) in enumerate(_ANGLES)
    ]


def _of_grain(analysis: MapAnalysis) -> np.ndarray:
    return np.where(
        analysis.numbers == OUTSIDE, np.nan, analysis.to_unit * analysis.grains.diameter[analysis.numbers]
    )


def map_overlays(
    analysis: MapAnalysis, values: list[Value], shown: Callable[[np.ndarray], np.ndarray]
) -> list[Overlay]:
    """Return the image overlays of a map.

    Parameters
    ----------
    analysis
        The map and its analysis results.
    values
        Values of the points.
    shown
        Function that converts point data, shape (n, ...), to the displayed image, shape
        (rows, columns, ...).
    """
    overlays = []
    for direction in "xyz":
        image = png_uri(shown(all_ipf_colors(analysis, direction)))
        overlays.append(Overlay(f"ipf_{direction}", f"IPF {direction}", image, "ipf"))
    for value in values:
        if value.overlay:
            overlays.append(_scalar_overlay(value, analysis.grid.shown, shown))
    overlays.append(Overlay("grain", "Grains", png_uri(shown(_grain_colors(analysis.numbers)))))
    return overlays


def all_ipf_colors(analysis: MapAnalysis, direction: str) -> np.ndarray:
    """Return the IPF colour of each point, (n, 3), by the key of its phase; masked points are grey."""
    colors = np.tile(np.array(MASKED), (len(analysis.numbers), 1))
    for number, phase in analysis.grid.phases.items():
        inside = analysis.grid.phase == number
        colors[inside] = ipf_colors(analysis.grid.rotations[inside], phase, direction)
    return colors


def _scalar_overlay(value: Value, counts: np.ndarray, shown: Callable[[np.ndarray], np.ndarray]) -> Overlay:
    known = counts & np.isfinite(value.data)
    largest = value.largest or float(value.data[known].max(initial=0)) or 1.0
    masked = np.ma.masked_array(np.nan_to_num(value.data) / largest, ~known)
    image = png_uri(shown(scalar_colors()(masked)[:, :3]))
    return Overlay(value.name, value.title, image, "bar", largest, value.unit)


def _grain_colors(numbers: np.ndarray) -> np.ndarray:
    from matplotlib.colors import hsv_to_rgb

    hue = numbers * _GOLDEN % 1
    saturation, brightness = 0.35 + 0.3 * (numbers % 2), 0.95 - 0.12 * (numbers % 3)
    colors = hsv_to_rgb(np.stack([hue, saturation, brightness], axis=-1))
    colors[numbers == OUTSIDE] = MASKED
    return colors
