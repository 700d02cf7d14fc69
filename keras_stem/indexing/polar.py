"""Patterns in polar coordinates, with azimuths counter-clockwise from x and y up, as in `Detector`."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import map_coordinates


@dataclass(frozen=True)
class PolarGrid:
    """Polar grid of points on circles about the direct beam.

    Parameters
    ----------
    radius
        Upper bound of the radii (1/Å).
    radial_step
        Distance of the circles (1/Å). The first circle is the direct beam.
    azimuths
        Number of points on each circle, the first of which is on the x axis.
    """

    radius: float
    radial_step: float
    azimuths: int

    @cached_property
    def radii(self) -> np.ndarray:
        """Radii of the circles, shape (n,) (1/Å)."""
        return np.arange(int(self.radius / self.radial_step) + 1) * self.radial_step

    @property
    def azimuth_step(self) -> float:
        """Azimuthal step, in radians."""
        return 2 * np.pi / self.azimuths

    def sample(self, images: np.ndarray, origins: np.ndarray, pixel_size: float) -> np.ndarray:
        """Return images (n, H, W) linearly interpolated at the points, shape (n, radii, azimuths), float32.

        Parameters
        ----------
        images
            Shape (n, H, W).
        origins
            Row and column of the direct beam, shape (n, 2).
        pixel_size
            Pixel size (1/Å).
        """
        angles = np.arange(self.azimuths) * self.azimuth_step
        across = (self.radii[:, None] * np.cos(angles) / pixel_size).ravel()
        up = (self.radii[:, None] * np.sin(angles) / pixel_size).ravel()
        sampled = np.empty((len(images), len(across)), np.float32)
        for image, (row, column), out in zip(images, origins, sampled, strict=True):
            map_coordinates(image, (row - up, column + across), out, order=1, mode="constant")
        return sampled.reshape(len(images), len(self.radii), self.azimuths)

    def nearest(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the indices of the nearest circle and azimuth of positions (n, 2) (1/Å).

        Positions outside the last circle have indices outside the grid.
        """
        ring = np.rint(np.hypot(*xy.T) / self.radial_step).astype(int)
        azimuth = np.rint(np.arctan2(xy[:, 1], xy[:, 0]) / self.azimuth_step).astype(int)
        return ring, azimuth % self.azimuths
