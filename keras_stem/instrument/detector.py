"""Detector geometry: the mapping between reciprocal-space positions and detector pixels.

This module alone defines the convention. The lab axes are x to the right, y up, z towards the viewer,
antiparallel to the beam. The detector columns run along x and its rows run downward, so a spot at the
reciprocal-space position (x, y) lies at

    column = centre column + x / pixel size
    row    = centre row    - y / pixel size

The direct beam is at the detector centre, (N - 1) / 2, which lies between two pixels for an even number of
pixels. Binning preserves this.
"""

from dataclasses import dataclass, replace

import numpy as np

from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class Detector:
    """Shape and calibration of a diffraction pattern.

    Parameters
    ----------
    shape
        Rows and columns.
    pixel_size
        Reciprocal length of a pixel side (1/Å).
    """

    shape: tuple[int, int]
    pixel_size: float

    @property
    def centre(self) -> tuple[float, float]:
        """Row and column of the direct beam."""
        return (self.shape[0] - 1) / 2, (self.shape[1] - 1) / 2

    @property
    def reciprocal_radius(self) -> float:
        """Distance from the direct beam to the farthest corner (1/Å)."""
        return float(np.hypot(*self.shape) / 2 * self.pixel_size)

    @property
    def inner_radius(self) -> float:
        """Distance from the direct beam to the nearest edge (1/Å)."""
        return min(self.shape) / 2 * self.pixel_size

    @property
    def distances(self) -> np.ndarray:
        """Distance of each pixel from the direct beam, shape (H, W) (1/Å)."""
        rows, columns = np.indices(self.shape)
        return np.hypot(rows - self.centre[0], columns - self.centre[1]) * self.pixel_size

    def to_pixels(self, xy: np.ndarray) -> np.ndarray:
        """Return rows and columns, shape (n, 2), of reciprocal positions ``xy``, shape (n, 2) (1/Å)."""
        row, column = self.centre
        return np.stack([row - xy[:, 1] / self.pixel_size, column + xy[:, 0] / self.pixel_size], axis=1)

    def binned(self, factor: int) -> "Detector":
        """Return the detector after summing blocks of ``factor`` x ``factor`` pixels.

        Raises
        ------
        KerasStemError
            If the shape is not a multiple of the factor.
        """
        if factor < 1 or any(n % factor for n in self.shape):
            raise KerasStemError(
                f"Expected a binning factor that divides the detector shape "
                f"{self.shape[0]} x {self.shape[1]}, found {factor}."
            )
        shape = (self.shape[0] // factor, self.shape[1] // factor)
        return replace(self, shape=shape, pixel_size=self.pixel_size * factor)
