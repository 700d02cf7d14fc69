"""Data shared by the writers of all text map formats."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import grid_shape, map_steps
from keras_stem.io.text import one_line
from keras_stem.units import convert_length, is_length
from keras_stem.version import __version__


@dataclass(frozen=True)
class MapText:
    """Data written to a text map besides the orientations of its n points.

    Parameters
    ----------
    origin
        Origin of the map, in one line.
    shape, steps
        Rows and columns, and their distances (µm).
    x, y
        Positions, shape (n,) (µm).
    q, r
        Q and R, shape (n,); 0 where they are missing or not finite.
    version
        Version of this package.
    """

    origin: str
    shape: tuple[int, int]
    steps: tuple[float, float]
    x: np.ndarray
    y: np.ndarray
    q: np.ndarray
    r: np.ndarray
    version: str = __version__

    @property
    def decimals(self) -> int:
        """Number of decimals of positions, such that the smaller step has four significant digits."""
        return int(max(4, 4 - np.floor(np.log10(min(self.steps)))))


def micrometres(unit: str) -> float:
    """Return the factor from a map's unit to µm, the unit of text formats.

    Raises
    ------
    KerasStemError
        If the unit is not one of length.
    """
    if not is_length(unit):
        raise KerasStemError(
            f"Expected a map whose unit is a length, as text formats need it, found {str(unit)!r}; "
            "give the distance of its points with --step."
        )
    return convert_length(1.0, unit, "um")


def map_text(crystal_map: CrystalMap, origin: Mapping[str, str]) -> MapText:
    """Return what text formats need of a map, in their units.

    Parameters
    ----------
    crystal_map
        Map on a complete grid.
    origin
        Provenance of the map.

    Raises
    ------
    KerasStemError
        If the unit of the map is not one of length.
    """
    scale = micrometres(crystal_map.scan_unit)
    steps = map_steps(crystal_map)
    y, x = (np.zeros(crystal_map.size) if a is None else a * scale for a in (crystal_map.y, crystal_map.x))
    q, r = (
        np.zeros(crystal_map.size) if known is None else np.where(np.isfinite(known), known, 0)
        for known in _qualities(crystal_map)
    )
    return MapText(
        origin=_told(origin),
        shape=grid_shape(crystal_map),
        steps=(steps[0] * scale, steps[1] * scale),
        x=x,
        y=y,
        q=q,
        r=r,
    )


def _qualities(crystal_map: CrystalMap) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the properties written as Q and R: those of predictions take precedence over the labels'."""
    found = []
    for names in (("agreement", "Q"), ("reliability", "R")):
        known = [np.asarray(crystal_map.prop[name]) for name in names if name in crystal_map.prop]
        found.append(known[0].reshape(crystal_map.size, -1)[:, 0] if known else None)
    return found[0], found[1]


def _told(origin: Mapping[str, str]) -> str:
    """Return the provenance as one line without characters that end a line or a column."""
    known = ("model", "method", "scan")
    return one_line(", ".join(f"{key} {value}" for key, value in origin.items() if key in known))
