"""Data shared by the writers of all text map formats."""

from dataclasses import dataclass

import numpy as np

from keras_stem.errors import KerasStemError
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
