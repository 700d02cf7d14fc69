"""Where a diffraction spot falls on the detector.

This module is the only place that knows the convention. The lab axes are x to the right, y up, z toward the
viewer, against the beam. The detector's columns run along x; its rows run downward, so a spot at
reciprocal-space position (x, y) lies at

    column = centre column + x / pixel size
    row    = centre row    - y / pixel size

The direct beam is at the middle of the detector, which for an even number of pixels is between two of them:
(N - 1) / 2. This stays true when the pattern is binned.
"""

from dataclasses import dataclass, replace

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.values import summed


@dataclass(frozen=True)
class Detector:
    """Shape and calibration of a diffraction pattern.

    Parameters
    ----------
    shape
        Rows and columns.
    pixel_size
        Reciprocal length of a pixel's side, Å⁻¹.
    """

    shape: tuple[int, int]
    pixel_size: float

    @property
    def centre(self) -> tuple[float, float]:
        """Row and column of the direct beam."""
        return (self.shape[0] - 1) / 2, (self.shape[1] - 1) / 2

    @property
    def reciprocal_radius(self) -> float:
        """Distance from the direct beam to the farthest corner, Å⁻¹."""
        return float(np.hypot(*self.shape) / 2 * self.pixel_size)

    @property
    def inner_radius(self) -> float:
        """Distance from the direct beam to the nearest edge, Å⁻¹."""
        return min(self.shape) / 2 * self.pixel_size

    @property
    def distances(self) -> np.ndarray:
        """Distance of each pixel from the direct beam, shape (H, W), Å⁻¹."""
        rows, columns = np.indices(self.shape)
        return np.hypot(rows - self.centre[0], columns - self.centre[1]) * self.pixel_size

    def to_pixels(self, xy: np.ndarray) -> np.ndarray:
        """Return rows and columns, shape (n, 2), of reciprocal positions ``xy``, shape (n, 2), Å⁻¹."""
        row, column = self.centre
        return np.stack([row - xy[:, 1] / self.pixel_size, column + xy[:, 0] / self.pixel_size], axis=1)

    def binned(self, factor: int) -> "Detector":
        """Return the detector with ``factor`` x ``factor`` pixels summed into one.

        Raises
        ------
        KerasStemError
            If the shape is no multiple of the factor.
        """
        if factor < 1 or any(n % factor for n in self.shape):
            raise KerasStemError(
                f"Expected a binning factor that divides the detector shape "
                f"{self.shape[0]} x {self.shape[1]}, found {factor}."
            )
        shape = (self.shape[0] // factor, self.shape[1] // factor)
        return replace(self, shape=shape, pixel_size=self.pixel_size * factor)


def bin_patterns(patterns: np.ndarray, factor: int) -> np.ndarray:
    """Sum ``factor`` x ``factor`` pixels of patterns (..., H, W) into one.

    Integers stay integers, signed ones signed, in a type that holds all sums; raises `KerasStemError` if none
    does.
    """
    if factor == 1:
        return patterns
    *lead, height, width = patterns.shape
    blocks = patterns.reshape(*lead, height // factor, factor, width // factor, factor)
    return summed(blocks, (-3, -1))
