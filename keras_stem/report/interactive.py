"""Data of the interactive map as JSON: images as data URIs, numbers as base64-encoded typed arrays."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import matplotlib as mpl
import numpy as np
from orix.crystal_map import Phase

from keras_stem.errors import KerasStemError
from keras_stem.figures.ipf_key import draw_ipf_key
from keras_stem.figures.style import StyledFigure, scalar_colors, style
from keras_stem.report.candidates import point_candidates
from keras_stem.report.images import figure_uri
from keras_stem.report.map_analysis import MapAnalysis
from keras_stem.report.overlays import Value, map_overlays, map_values
from keras_stem.report.sprite_sheets import every_nth, sprite_sheets
from keras_stem.scan.scan import Scan
from keras_stem.simulate.kinematic import reflections
from keras_stem.units import is_length

KEY_SIZE, KEY_PLACE = (2.2, 1.6), (0.22, 0.14, 0.58, 0.72)
"""Size of the colour-key image (inches), and position of the key in it: left, bottom, width, height."""

LARGEST_POINTS = 150_000
"""Largest number of points of an interactive map; larger maps are subsampled by an integer factor."""

LARGEST = 25_000_000
"""Largest total size of values and patterns (characters); figures add one or two million characters."""

EXCITATION_ERROR = 0.02
"""Excitation error (1/Å) of the simulated spots, for a sample thickness of about 50 nm."""

_STOPS = 12


def explorer_data(
    analysis: MapAnalysis,
    scan: Scan | None,
    direction: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Return the data of a map that ``map.js`` displays.

    Parameters
    ----------
    analysis
        The map and its analysis results.
    scan
        Open scan of the map, whose patterns are shown; None without a scan.
    direction
        Lab direction of the IPF colours that are shown initially.
    progress
        Callback that receives the number of patterns read so far and the total.

    Returns
    -------
    dict
        Plain JSON types.

    Raises
    ------
    KerasStemError
        If the patterns cannot be read.
    """
    every = _thinning(analysis.grid.shape)
    kept, shape = every_nth(analysis.grid.shape, every)
    values = map_values(analysis)
    packed_values = [_value(value, kept) for value in values]
    overlays = map_overlays(analysis, values, lambda colors: colors[kept].reshape(*shape, -1))
    room = LARGEST - _length(packed_values)
    return {
        "shape": shape,
        "every": every,
        "steps": [step * analysis.to_unit for step in analysis.grid.steps],
        "unit": analysis.unit,
        "isLength": is_length(analysis.grid.unit),
        "phases": {str(number): name for number, name in analysis.grid.names.items()},
        "values": packed_values,
        "overlays": [asdict(overlay) for overlay in overlays],
        "first": f"ipf_{direction}",
        "keys": _keys(analysis),
        "colors": _colors(),
        **_of_scan(analysis, scan, kept, room, every, progress),
    }


def _thinning(shape: tuple[int, int]) -> int:
    every = 1
    while len(every_nth(shape, every)[0]) > LARGEST_POINTS:
        every += 1
    return every


def _value(value: Value, kept: np.ndarray) -> dict[str, Any]:
    kind = np.int32 if np.issubdtype(value.data.dtype, np.integer) else np.float32
    plain = {name: getattr(value, name) for name in ("name", "title", "unit", "digits")}
    return {**plain, **packed(value.data[kept].astype(kind))}


def _of_scan(
    analysis: MapAnalysis,
    scan: Scan | None,
    kept: np.ndarray,
    room: int,
    every: int,
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """Return what needs the scan: candidates, and patterns in the room that these leave (characters)."""
    if scan is None:
        return dict.fromkeys(("candidates", "patterns", "simulation"))
    candidates = _candidates(analysis, kept)
    left = room - _length((candidates or {}).values())
    return {
        "candidates": candidates,
        "patterns": asdict(sprite_sheets(scan, left, every, progress)),
        "simulation": _simulation(analysis, scan),
    }


def _candidates(analysis: MapAnalysis, kept: np.ndarray) -> dict[str, Any] | None:
    found = point_candidates(analysis.crystal_map, analysis.grid.phases, kept)
    if found is None:
        return None
    return {"count": found.phases.shape[1], **{name: packed(array) for name, array in vars(found).items()}}


def _length(packed_arrays: Iterable[Any]) -> int:
    """Return the number of characters of encoded arrays."""
    return sum(len(one["data"]) for one in packed_arrays if isinstance(one, dict))


def packed(array: np.ndarray) -> dict[str, str]:
    """Encode an array of numbers for JSON: its type, one of those in ``map.js``, and its bytes in base64."""
    data = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {"type": array.dtype.name, "data": base64.b64encode(data.tobytes()).decode()}


def _colors() -> list[str]:
    """Return colours of the bar of scalar overlays, from the lower to the upper end."""
    return [mpl.colors.to_hex(color) for color in scalar_colors()(np.linspace(0, 1, _STOPS))]


def _keys(analysis: MapAnalysis) -> list[dict[str, str]]:
    return [_key(phase, analysis.grid.names[number]) for number, phase in analysis.grid.phases.items()]


def _key(phase: Phase, name: str) -> dict[str, str]:
    """Return the name of a phase and an image of its IPF key, which is the same along x, y and z."""
    with style():
        figure = StyledFigure(figsize=KEY_SIZE)
        draw_ipf_key(figure, KEY_PLACE, phase)
        return {"phase": name, "image": figure_uri(figure, dpi=160)}


def _simulation(analysis: MapAnalysis, scan: Scan) -> dict[str, Any] | None:
    """Return the instrument and the reflections of each phase, or None if the scan is not calibrated."""
    try:
        instrument = scan.info.instrument()
    except KerasStemError:
        return None
    detector = instrument.detector
    return {
        "wave": instrument.beam.wave_number,
        "precession": float(np.deg2rad(instrument.beam.precession_angle)),
        "error": EXCITATION_ERROR,
        "radius": detector.reciprocal_radius,
        "pixelSize": detector.pixel_size,
        "detector": detector.shape,
        "disk": instrument.disk_radius,
        "phases": {
            str(number): _reflections(phase, detector.reciprocal_radius)
            for number, phase in analysis.grid.phases.items()
        },
    }


def _reflections(phase: Phase, radius: float) -> dict[str, Any] | None:
    try:
        found = reflections(phase, radius)
    except KerasStemError:  # patterns cannot be simulated without scattering factors
        return None
    return {"vectors": packed(found.vectors), "strengths": packed(found.strengths)}
