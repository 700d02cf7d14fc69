"""Patterns in polar coordinates: azimuth counter-clockwise from x with y up, as `Detector` has it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import map_coordinates

from keras_stem.scan.detector import Detector


@dataclass(frozen=True)
class PolarGrid:
    """Points on circles about the direct beam.

    Parameters
    ----------
    radius
        Of the outermost circle, Å⁻¹.
    radial_step
        Distance of the circles, Å⁻¹. The first is the direct beam itself.
    azimuths
        Number of points on each circle, of which the first is on the x axis.
    """

    radius: float
    radial_step: float
    azimuths: int

    @cached_property
    def radii(self) -> np.ndarray:
        """Shape (n,), Å⁻¹."""
        return np.arange(int(self.radius / self.radial_step) + 1) * self.radial_step

    @property
    def azimuth_step(self) -> float:
        """Radians."""
        return 2 * np.pi / self.azimuths

    @property
    def areas(self) -> np.ndarray:
        """Area that a point of each circle stands for, shape (radii,), Å⁻²."""
        return self.radii * self.radial_step * self.azimuth_step

    def sample(self, images: np.ndarray, detector: Detector) -> np.ndarray:
        """Return images (n, H, W) at the points, shape (n, radii, azimuths), linearly interpolated."""
        angles = np.arange(self.azimuths) * self.azimuth_step
        x, y = self.radii[:, None] * np.cos(angles), self.radii[:, None] * np.sin(angles)
        points = detector.to_pixels(np.stack([x.ravel(), y.ravel()], axis=1)).T
        sampled = [map_coordinates(image, points, order=1, mode="constant") for image in images]
        return np.stack(sampled).reshape(len(images), *x.shape)

    def nearest(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of the circle and azimuth nearest to positions (n, 2), Å⁻¹.

        Positions outside the last circle get numbers outside the grid.
        """
        ring = np.rint(np.hypot(*xy.T) / self.radial_step).astype(int)
        azimuth = np.rint(np.arctan2(xy[:, 1], xy[:, 0]) / self.azimuth_step).astype(int)
        return ring, azimuth % self.azimuths
