"""Polycrystal on a scan grid: Voronoi grains in vacuum that overlap along inclined boundaries."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation
from scipy.spatial import cKDTree

from keras_stem.crystal.grains import OUTSIDE
from keras_stem.crystal.rotations import random_rotations, rotations_about
from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class Polycrystal:
    """Settings of a simulated polycrystal.

    Parameters
    ----------
    shape
        Number of rows and columns of scan positions.
    grains
        Number of grains.
    spread
        Largest misorientation from the mean orientation inside a grain (degrees).
    overlap
        Largest width of the overlap of two grains, as a fraction of the mean grain diameter.
    vacuum
        Fraction of the scan outside the sample, from 0 to 0.9.
    """

    shape: tuple[int, int] = (64, 64)
    grains: int = 24
    spread: float = 2.0
    overlap: float = 0.5
    vacuum: float = 0.2

    def __post_init__(self):
        if min(self.shape) < 2:
            raise KerasStemError(f"Expected at least 2 x 2 scan positions, found {self.shape}.")
        if not 2 <= self.grains <= self.shape[0] * self.shape[1]:
            raise KerasStemError(
                f"Expected 2 to {self.shape[0] * self.shape[1]} grains (at most one per position), "
                f"found {self.grains}."
            )
        if not 0 <= self.vacuum <= 0.9:
            raise KerasStemError(f"Expected a vacuum share from 0 to 0.9, found {self.vacuum}.")


@dataclass(frozen=True)
class Grain:
    """One of two grains at each position: number (-1 outside), orientation, fraction of the scattering."""

    number: np.ndarray
    rotations: Rotation
    weight: np.ndarray


@dataclass(frozen=True)
class Truth:
    """Ground truth of each position, row by row: the dominant grain and the second, overlapping grain."""

    dominant: Grain
    second: Grain

    @property
    def in_sample(self) -> np.ndarray:
        """Mask of the positions in the sample, shape (n,); False in vacuum."""
        return self.dominant.number != OUTSIDE


def grow(settings: Polycrystal, rng: np.random.Generator) -> Truth:
    """Return a random polycrystal.

    Parameters
    ----------
    settings
        Settings of the polycrystal.
    rng
        Random number generator.

    Returns
    -------
    Truth
    """
    points = np.stack(np.indices(settings.shape), axis=-1).reshape(-1, 2).astype(float)
    sample = _inside_outline(points, settings, rng)
    seeds = rng.uniform(0, settings.shape, (settings.grains, 2))
    nearest, next_nearest, depth = _two_nearest(points, seeds)
    diameter = np.sqrt(4 / np.pi * len(points) / settings.grains)
    # Each grain has a random tilt; the inclination of a boundary is the difference between its two grains.
    lean = rng.uniform(0, 1, settings.grains)
    width = settings.overlap * diameter * np.abs(lean[nearest] - lean[next_nearest])
    share = np.clip(0.5 + depth / np.maximum(width, 1e-9), 0.5, 1.0) * sample
    field = _OrientationField(seeds, diameter, settings.spread, rng)
    return Truth(
        dominant=_grain(nearest, field, points, share, sample),
        second=_grain(next_nearest, field, points, sample - share, sample & (share < 1)),
    )


def _grain(
    number: np.ndarray, field: "_OrientationField", points: np.ndarray, weight: np.ndarray, there: np.ndarray
) -> Grain:
    return Grain(np.where(there, number, OUTSIDE), field.at(points, number), weight)


class _OrientationField:
    """Orientation field of each grain: its mean orientation with a smooth rotation across the grain."""

    def __init__(self, seeds: np.ndarray, diameter: float, spread: float, rng: np.random.Generator):
        count = len(seeds)
        self._seeds = seeds
        self._mean = random_rotations(count, rng)
        self._axis = rng.standard_normal((count, 3))
        heading = rng.uniform(0, 2 * np.pi, count)
        self._gradient = np.stack([np.sin(heading), np.cos(heading)], axis=1) / diameter
        self._spread = np.deg2rad(spread)

    def at(self, points: np.ndarray, grain: np.ndarray) -> Rotation:
        distance = np.sum((points - self._seeds[grain]) * self._gradient[grain], axis=1)
        bend = rotations_about(self._axis[grain], self._spread * np.tanh(2 * distance))
        return bend * self._mean[grain]


def _inside_outline(points: np.ndarray, settings: Polycrystal, rng: np.random.Generator) -> np.ndarray:
    """Return the mask of points inside a wavy outline, outside which lies the requested vacuum fraction."""
    if settings.vacuum == 0:
        return np.ones(len(points), bool)
    half = np.asarray(settings.shape) / 2
    offset = (points - half + 0.5) / half
    azimuth = np.arctan2(offset[:, 0], offset[:, 1])
    order = np.arange(2, 6)
    waves = np.cos(np.outer(azimuth, order) + rng.uniform(0, 2 * np.pi, 4)) @ (0.08 / order)
    distance = np.linalg.norm(offset, axis=1) / (1 + waves)
    return distance <= np.quantile(distance, 1 - settings.vacuum)


def _two_nearest(points: np.ndarray, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the two nearest seeds of each point, and its distance from the boundary between them."""
    distance, index = cKDTree(seeds).query(points, k=2)
    apart = np.linalg.norm(seeds[index[:, 0]] - seeds[index[:, 1]], axis=1)
    depth = (distance[:, 1] ** 2 - distance[:, 0] ** 2) / (2 * np.maximum(apart, 1e-9))
    return index[:, 0], index[:, 1], depth
