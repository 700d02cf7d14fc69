"""Contents of the interactive map: images with one pixel per point, and the values of each point."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.grains import OUTSIDE
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.style import MASKED, scalar_colors
from keras_stem.report.facts import MapFacts, first_rotations
from keras_stem.report.images import png_uri

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
        Upper end of the colour scale of the layer; None for the largest value.
    layer
        Whether the value is available as a map layer.
    """

    name: str
    title: str
    data: np.ndarray
    unit: str = ""
    digits: int = 2
    largest: float | None = None
    layer: bool = False


@dataclass(frozen=True)
class Layer:
    """Image layer of the map.

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
    ("Q", "Q", {"layer": True}),
    ("R", "R", {"layer": True, "largest": 100.0}),
    ("uncertainty", "Uncertainty (68 %)", {"unit": "°", "layer": True, "largest": 15.0}),
    ("uncertainty_95", "Uncertainty (95 %)", {"unit": "°"}),
    ("reliability", "Reliability", {"digits": 0, "layer": True, "largest": 100.0}),
    ("agreement", "Agreement", {"digits": 1, "layer": True, "largest": 100.0}),
    ("out_of_distribution", "Unlike the training", {"digits": 0}),
)
_ANGLES = (("phi1", "φ₁"), ("Phi", "Φ"), ("phi2", "φ₂"))


def map_values(facts: MapFacts) -> list[Value]:
    """Return all values of the points, in display order."""
    found = [Value("phase", "Phase", facts.grid.phase, digits=0), *_euler(facts, facts.crystal_map)]
    if facts.labels is not None:
        found += _euler(facts, facts.labels, "label_", "Label ")
    for name, title, options in _PROPERTIES:
        values = facts.property(name)
        if values is not None:
            found.append(Value(name, title, values.astype(float), **options))
    found.append(Value("grain", "Grain", facts.numbers, digits=0))
    found.append(Value("diameter", "Grain diameter", _of_grain(facts), facts.unit))
    if facts.away is not None:
        angles = {"unit": "°", "largest": 15.0, "layer": True}
        found.append(Value("disorientation", "From label", facts.away, **angles))
    return found


def _euler(facts: MapFacts, crystal_map: CrystalMap, prefix: str = "", title: str = "") -> list[Value]:
    """Return the Euler angles in the fundamental region of the map's phase at each point."""
    rotations = first_rotations(crystal_map)
    angles = np.rad2deg(rotations.to_euler())
    for number, phase in facts.grid.phases.items():
        own = facts.grid.phase == number
        angles[own] = np.rad2deg(reduce_euler(rotations[own], proper_point_group(phase)))
    return [
        Value(prefix + name, title + symbol, angles[:, k], "°") for k, (name, symbol) in enumerate(_ANGLES)
    ]


def _of_grain(facts: MapFacts) -> np.ndarray:
    return np.where(facts.numbers == OUTSIDE, np.nan, facts.to_unit * facts.grains.diameter[facts.numbers])


def map_layers(
    facts: MapFacts, values: list[Value], shown: Callable[[np.ndarray], np.ndarray]
) -> list[Layer]:
    """Return the image layers of a map.

    Parameters
    ----------
    facts
        The map and its analysis results.
    values
        Values of the points.
    shown
        Function that converts point data, shape (n, ...), to the displayed image, shape
        (rows, columns, ...).
    """
    layers = []
    for direction in "xyz":
        image = png_uri(shown(all_ipf_colors(facts, direction)))
        layers.append(Layer(f"ipf_{direction}", f"IPF {direction}", image, "ipf"))
    for value in values:
        if value.layer:
            layers.append(_scalar_layer(value, facts.grid.shown, shown))
    layers.append(Layer("grain", "Grains", png_uri(shown(_grain_colors(facts.numbers)))))
    return layers


def all_ipf_colors(facts: MapFacts, direction: str) -> np.ndarray:
    """Return the IPF colour of each point, (n, 3), by the key of its phase; masked points are grey."""
    colors = np.tile(np.array(MASKED), (len(facts.numbers), 1))
    for number, phase in facts.grid.phases.items():
        inside = facts.grid.phase == number
        colors[inside] = ipf_colors(facts.grid.rotations[inside], phase, direction)
    return colors


def _scalar_layer(value: Value, counts: np.ndarray, shown: Callable[[np.ndarray], np.ndarray]) -> Layer:
    known = counts & np.isfinite(value.data)
    largest = value.largest or float(value.data[known].max(initial=0)) or 1.0
    masked = np.ma.masked_array(np.nan_to_num(value.data) / largest, ~known)
    image = png_uri(shown(scalar_colors()(masked)[:, :3]))
    return Layer(value.name, value.title, image, "bar", largest, value.unit)


def _grain_colors(numbers: np.ndarray) -> np.ndarray:
    from matplotlib.colors import hsv_to_rgb

    hue = numbers * _GOLDEN % 1
    saturation, brightness = 0.35 + 0.3 * (numbers % 2), 0.95 - 0.12 * (numbers % 3)
    colors = hsv_to_rgb(np.stack([hue, saturation, brightness], axis=-1))
    colors[numbers == OUTSIDE] = MASKED
    return colors
