"""IPF colours of crystal directions, and the IPF sector with the colour key."""

from contextlib import AbstractContextManager

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation
from orix.crystal_map import Phase
from orix.plot import InversePoleFigurePlot, IPFColorKeyTSL
from orix.projections import InverseStereographicProjection
from orix.quaternion import Orientation, Rotation
from orix.quaternion.symmetry import Symmetry
from orix.vector import Miller, Vector3d

from keras_stem.crystal.axes import orix_form

DIRECTIONS = {"x": Vector3d.xvector(), "y": Vector3d.yvector(), "z": Vector3d.zvector()}
"""Lab directions of IPF colours: right, up, toward the viewer."""

_CORNER_SIZE = 9
"""Font size of the crystal directions at the corners of a key (points)."""

_ORIX_ADDS = 4
"""Increment that orix adds to the font size of corner labels (points)."""

_KEY_PIXELS = 400
"""Number of pixels along a side of the colour key."""

_LARGEST_INDEX = 3
"""Largest index of the directions at the corners."""

_CLEAR = 4
"""Distance of labels from the sector (points)."""

_LOWER = 0.02
"""Distance below the top of the sector, as a fraction of its height, from which a corner lies beside a higher
edge."""

_CORNER_TOLERANCE = 1.0
"""Largest deviation of a labelled corner from its rounded indices (degrees)."""


def ipf_colors(rotations: Rotation, phase: Phase, direction: str) -> np.ndarray:
    """Return the IPF colour of each orientation.

    Parameters
    ----------
    rotations
        Orientations, shape (n,), lab to crystal.
    phase
        Phase of the orientations. Colours follow its Laue group in the setting of its own axes.
    direction
        Lab direction: "x", "y" or "z".

    Returns
    -------
    numpy.ndarray
        RGB values from 0 to 1, shape (n, 3).
    """
    known, to_orix = orix_form(phase)
    laue = known.point_group.laue
    key = IPFColorKeyTSL(laue, DIRECTIONS[direction])
    return key.orientation2color(Orientation((to_orix * rotations).data, symmetry=laue))


def draw_ipf_key(figure: Figure, position: tuple[float, float, float, float], phase: Phase) -> None:
    """Draw the colour key of a phase at a position (left, bottom, width, height; 0 to 1) of a figure."""
    with corner_labels(_CORNER_SIZE):
        axes = figure.add_axes(position, projection="ipf", symmetry=sector_group(phase))
    name_corners(axes, phase)
    fill_sector(axes, phase)


def ipf_axes(figure: Figure, place: SubplotSpec, phase: Phase, corner_size: float) -> InversePoleFigurePlot:
    """Add an inverse pole figure of a phase with labelled corners at a grid position of a figure."""
    with corner_labels(corner_size):
        axes = figure.add_subplot(place, projection="ipf", symmetry=sector_group(phase))
    name_corners(axes, phase)
    return axes


def sector_group(phase: Phase) -> Symmetry:
    """Return the orix Laue group of a phase, which defines the sector for directions of `to_sector`."""
    return orix_form(phase)[0].point_group.laue


def to_sector(directions: Vector3d, phase: Phase) -> Vector3d:
    """Convert crystal directions of a phase to the axes of `sector_group`."""
    return orix_form(phase)[1] * directions


def from_sector(directions: Vector3d, phase: Phase) -> Vector3d:
    """Convert directions in the axes of `sector_group` to crystal directions of the phase."""
    return ~orix_form(phase)[1] * directions


def corner_labels(size: float) -> AbstractContextManager:
    """Return a context that sets the size of the corner labels of new inverse pole figures (points)."""
    return mpl.rc_context({"font.size": size - _ORIX_ADDS})


def name_corners(axes: InversePoleFigurePlot, phase: Phase) -> None:
    """Replace the corner labels of orix by directions [uvw] or [UVTW] of the phase's own unit cell.

    The labels are kept clear of the sector. The axis of 2/m, in the middle of an edge, is also labelled.
    """
    group = sector_group(phase)
    corners = group.fundamental_sector.vertices
    if not corners.size:
        return
    names = direction_labels(from_sector(corners, phase), phase)
    for label, name in zip(axes.texts, names, strict=True):
        label.set_text(name)
    if group.name == "2/m":
        [name] = direction_labels(from_sector(Vector3d.zvector(), phase), phase)
        look = {"ha": "center", "va": "top", "fontsize": axes.texts[0].get_fontsize()}
        Axes.text(axes, 0, 0, name, **look)
    for label in axes.texts:
        _move_away(label, axes)


def _move_away(label: Text, axes: InversePoleFigurePlot) -> None:
    """Move a corner label a few points away from the sector."""
    (x, y), (left, right), top = label.get_position(), axes.get_xlim(), axes.get_ylim()[1]
    outward = 1 if x > (left + right) / 2 else -1
    across, up = 0, {"top": -_CLEAR, "bottom": _CLEAR}.get(label.get_va(), 0)
    if not up:
        across = outward * _CLEAR
    elif up > 0 and y < top - _LOWER * (top - axes.get_ylim()[0]):  # the edge is higher next to the corner
        label.set_ha("left" if outward > 0 else "right")
    shift = ScaledTranslation(across / 72, up / 72, axes.figure.dpi_scale_trans)
    label.set_transform(label.get_transform() + shift)


def direction_labels(directions: Vector3d, phase: Phase) -> list[str]:
    """Return the indices of crystal directions for a figure; "" for directions without small indices."""
    found = Miller(xyz=directions.data, phase=phase)
    hexagonal = phase.is_hexagonal and phase.point_group.system in ("trigonal", "hexagonal")
    found.coordinate_format = "UVTW" if hexagonal else "uvw"
    rounded = found.round(max_index=_LARGEST_INDEX)
    away = np.rad2deg(np.arccos(np.clip(np.sum(found.unit.data * rounded.unit.data, axis=-1), -1, 1)))
    indices = np.rint(rounded.coordinates).astype(int)
    return [
        _brackets(one) if angle < _CORNER_TOLERANCE else "" for one, angle in zip(indices, away, strict=True)
    ]


def _brackets(indices: np.ndarray) -> str:
    parts = (str(index) if index >= 0 else rf"\bar{{{-index}}}" for index in indices)
    return f"[${' '.join(parts)}$]"


def fill_sector(axes: InversePoleFigurePlot, phase: Phase) -> None:
    """Fill the inverse pole figure of a phase with the colours of crystal directions.

    The colour of each pixel is evaluated directly. The key of orix interpolates between few colours, which
    takes seconds.
    """
    group = sector_group(phase)
    extent = (*axes.get_xlim(), *axes.get_ylim())
    x, y = np.meshgrid(np.linspace(*extent[:2], _KEY_PIXELS), np.linspace(*extent[2:], _KEY_PIXELS))
    directions = InverseStereographicProjection().xy2vector(x.ravel(), y.ravel())
    colors = IPFColorKeyTSL(group).direction_color_key.direction2color(directions)
    inside = directions <= group.fundamental_sector
    image = np.column_stack((colors, inside)).reshape(_KEY_PIXELS, _KEY_PIXELS, 4)
    axes.stereographic_grid(False)
    axes.imshow(image, extent=extent, origin="lower", zorder=0)
