"""Simulated zone-axis patterns of a phase with indexed spots."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from orix.vector import Vector3d

from keras_stem.crystal.phase import CrystalPhase, cell_of
from keras_stem.crystal.scattering import reciprocal_base, reflections_within, structure_factors
from keras_stem.figures.ipf_key import direction_labels
from keras_stem.figures.style import StyledFigure, plain_text, style

_LABELLED = 12
"""Number of spots, nearest to the direct beam, that are labelled with their indices."""

_FAINTEST = 1e-3
"""Structure-factor amplitude, relative to the strongest, below which a spot is omitted."""

_LARGEST_SPOT = 160
"""Marker area of the strongest spot (square points)."""


def zone_axis_figure(phase: CrystalPhase, radius: float = 1.0) -> Figure:
    """Return kinematic patterns of the zeroth-order Laue zone along three zone axes.

    Parameters
    ----------
    phase
        Phase of the crystal.
    radius
        Largest reciprocal radius of the drawn reflections (1/Å).

    Returns
    -------
    matplotlib.figure.Figure
        Figure in which the area of a spot is proportional to abs(F).
    """
    axes_uvw = zone_axes(phase)
    with style():
        figure = StyledFigure(figsize=(4 * len(axes_uvw), 4.4), layout="constrained")
        panels = figure.subplots(1, len(axes_uvw), squeeze=False)[0]
        for axes, axis in zip(panels, axes_uvw, strict=True):
            _draw_pattern(axes, phase, axis, radius)
        figure.suptitle(f"{plain_text(phase.name)}, {phase.setting.symbol}")
    return figure


def zone_axes(phase: CrystalPhase) -> list[tuple[int, int, int]]:
    """Return three low-index zone axes [uvw] that are not equivalent by symmetry."""
    candidates = [(0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1), (0, 1, 1), (1, -1, 0)]
    operations = np.array(phase.setting.operations)
    found: list[tuple[int, int, int]] = []
    seen: set[tuple[int, ...]] = set()
    for axis in candidates:
        if axis in seen:
            continue
        family = operations @ np.array(axis)
        seen |= {tuple(one) for one in [*family.tolist(), *(-family).tolist()]}
        found.append(axis)
    return found[:3]


def _draw_pattern(axes: Axes, phase: CrystalPhase, axis: tuple[int, int, int], radius: float) -> None:
    cell = cell_of(phase)
    indices = reflections_within(cell, radius)
    indices = indices[indices @ np.array(axis) == 0]
    amplitudes = np.abs(structure_factors(cell, indices))
    strong = amplitudes > _FAINTEST * amplitudes.max(initial=0)
    indices, amplitudes = indices[strong], amplitudes[strong]
    x, y = _seen_along(indices @ reciprocal_base(cell), np.array(axis) @ cell.base)
    axes.scatter(x, y, s=_LARGEST_SPOT * amplitudes / amplitudes.max(initial=1e-30), color="black")
    axes.plot(0, 0, "x", color="tab:red", markersize=6)
    for k in np.argsort(np.hypot(x, y), kind="stable")[:_LABELLED]:
        offset = {"xytext": (0, 7), "textcoords": "offset points", "ha": "center", "fontsize": 7}
        axes.annotate(_index_text(indices[k]), (x[k], y[k]), **offset)
    [title] = direction_labels(Vector3d(np.array(axis) @ cell.base), phase)
    axes.set(title=title, xlim=(-radius, radius), ylim=(-radius, radius), aspect="equal", xlabel="1/Å")


def _seen_along(vectors: np.ndarray, beam: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of reciprocal vectors viewed against the beam, with the shortest vector along x."""
    if not len(vectors):
        return np.zeros(0), np.zeros(0)
    z = beam / np.linalg.norm(beam)
    backwards = vectors[::-1]  # prefer positive indices
    first = backwards[np.argmin(np.linalg.norm(backwards, axis=1).round(6))]
    x = first / np.linalg.norm(first)
    return vectors @ x, vectors @ np.cross(z, x)


def _index_text(indices: np.ndarray) -> str:
    parts = (str(index) if index >= 0 else rf"\bar{{{-index}}}" for index in indices)
    return f"${' '.join(parts)}$"
