"""Orientation distribution function (ODF) of one phase by kernel density estimation."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from orix.sampling import get_sample_fundamental, uniform_SO3_sample
from scipy.spatial import cKDTree

from keras_stem.analysis.density_kernel import DensityKernel, gather
from keras_stem.crystal.disorientation import BLOCK, quaternion_product
from keras_stem.crystal.euler import euler_ranges

_CELLS = 3
"""Number of cells per half width in which orientations are merged."""

_GRID = 3
"""Number of steps per half width of the grid over which means are taken."""

_PATCHES = (30.0, 10.0)
"""Sizes of the patches of orientation space that are evaluated together, and of their parts (degrees)."""

_MOST_PRODUCTS = 1 << 22

_LARGE = 120
"""Largest range of phi2, in degrees, that has a section every 15 degrees."""


@dataclass(frozen=True)
class OrientationDensity:
    """Orientation density as a weighted sum of kernels about orientations and all their equivalents.

    Parameters
    ----------
    symmetry
        Proper point group.
    kernel
        Kernel about each orientation.
    centres
        Quaternions of the orientations, shape (m, 4), lab to crystal.
    weights
        Weights of the orientations, shape (m,), which sum to 1.
    """

    symmetry: Symmetry
    kernel: DensityKernel
    centres: np.ndarray
    weights: np.ndarray

    def at(self, rotations: Rotation) -> np.ndarray:
        """Return the density at orientations.

        Parameters
        ----------
        rotations
            Orientations, shape (n,), lab to crystal.

        Returns
        -------
        numpy.ndarray
            Shape (n,), in multiples of a random distribution (mrd); the mean over orientation space is 1.
        """
        points = _reduced(rotations, self.symmetry).astype(np.float32)
        centres = quaternion_product(self.symmetry.data[:, None], self.centres[None])
        centres = centres.reshape(-1, 4).astype(np.float32)
        weights = np.tile(self.weights / self.symmetry.size, self.symmetry.size).astype(np.float32)
        return self._sum(points, centres, weights, _PATCHES)

    def _sum(
        self, points: np.ndarray, centres: np.ndarray, weights: np.ndarray, sizes: tuple[float, ...]
    ) -> np.ndarray:
        """Return the density at quaternions, patch by patch, from the centres within the kernel's reach."""
        if not sizes:
            block = max(1, _MOST_PRODUCTS // max(1, len(centres)))
            parts = (points[start : start + block] for start in range(0, len(points), block))
            return np.concatenate([self.kernel.of_rotations(part @ centres.T) @ weights for part in parts])
        found = np.empty(len(points))
        for patch, middle, radius in _patches(points, sizes[0]):
            near = np.abs(centres @ middle) >= np.cos(min((self.kernel.reach + radius) / 2, np.pi / 2))
            found[patch] = self._sum(points[patch], centres[near], weights[near], sizes[1:])
        return found


def orientation_density(
    rotations: Rotation, symmetry: Symmetry, half_width: float = 10.0
) -> OrientationDensity:
    """Estimate the density of orientations of equal weight.

    Orientations closer than a small fraction of the half width are merged first. The run time therefore
    depends on the occupied volume of orientation space and only weakly on the number of orientations.

    Parameters
    ----------
    rotations
        Orientations of one phase, shape (n,), lab to crystal.
    symmetry
        Proper point group of the phase.
    half_width
        Half width of the kernel (degrees).

    Returns
    -------
    OrientationDensity

    Raises
    ------
    KerasStemError
        If the half width is outside 5 to 45 degrees.
    """
    kernel = DensityKernel(half_width)
    points = _reduced(rotations, symmetry)
    # Quaternions measure half the rotation angle.
    width = np.deg2rad(half_width) / 2 / _CELLS
    centres, weights = gather(points, np.full(len(points), 1 / len(points)), width)
    return OrientationDensity(symmetry, kernel, centres, weights)


@dataclass(frozen=True)
class TextureStrength:
    """Measures of the deviation from a random texture.

    Parameters
    ----------
    index
        Texture index: mean of the squared density over orientation space, 1 for random orientations.
    maximum
        Largest density (mrd).
    orientation
        Orientation of the largest density, shape (1,), lab to crystal.
    """

    index: float
    maximum: float
    orientation: Rotation


def texture_strength(density: OrientationDensity) -> TextureStrength:
    """Return the texture index and the orientation of the largest density.

    The mean is taken over a uniform grid. The search for the maximum starts at the best orientation of the
    grid.

    References
    ----------
    Bunge, *Texture Analysis in Materials Science* (1982), section 4.5.
    """
    grid = get_sample_fundamental(density.kernel.half_width / _GRID, point_group=density.symmetry)
    values = density.at(grid)
    best = values.argmax()
    return TextureStrength(float(np.mean(values**2)), *_strongest(density, grid.data[best], values[best]))


def _strongest(density: OrientationDensity, best: np.ndarray, maximum: float) -> tuple[float, Rotation]:
    """Return the largest density and its orientation by successively finer local search."""
    steps = np.stack(np.meshgrid(*3 * [np.linspace(-1, 1, 7)]), axis=-1).reshape(-1, 3)
    for part in (4, 12, 36, 108):
        half = np.deg2rad(density.kernel.half_width / part) / 2 * steps
        near = quaternion_product(np.hstack([np.ones((len(half), 1)), half]), best)
        near /= np.linalg.norm(near, axis=1, keepdims=True)
        values = density.at(Rotation(near))
        if values.max() > maximum:
            best, maximum = near[values.argmax()], values.max()
    return float(maximum), Rotation(best)


@dataclass(frozen=True)
class Sections:
    """ODF sections of constant phi2 through Euler space.

    Parameters
    ----------
    phi1, tilt, phi2
        Bunge Euler angles, shapes (a,), (b,) and (c,), in degrees; tilt is Phi.
    values
        Density (mrd), shape (c, b, a).
    """

    phi1: np.ndarray
    tilt: np.ndarray
    phi2: np.ndarray
    values: np.ndarray


def sections(density: OrientationDensity, step: float = 5.0) -> Sections:
    """Return phi2 sections of the Euler fundamental region, 15 degrees apart, or 30 if it is large.

    Parameters
    ----------
    density
        Orientation density.
    step
        Spacing of the points of a section (degrees).
    """
    ranges = np.rad2deg(euler_ranges(density.symmetry))
    phi1, tilt = (np.linspace(0, end, round(end / step) + 1) for end in ranges[:2])
    phi2 = np.arange(
        0, ranges[2] - 1e-6, 15 if ranges[2] <= _LARGE else 30
    )  # the end is equivalent to the start
    angles = np.stack(np.meshgrid(phi2, tilt, phi1, indexing="ij")[::-1], axis=-1)
    values = density.at(Rotation.from_euler(angles.reshape(-1, 3), degrees=True))
    return Sections(phi1, tilt, phi2, values.reshape(angles.shape[:-1]))


def _reduced(rotations: Rotation, symmetry: Symmetry) -> np.ndarray:
    """Return the equivalents of smallest rotation angle as quaternions, shape (n, 4)."""
    data = rotations.data.reshape(-1, 4)
    operators = symmetry.data * [1, -1, -1, -1]
    starts = range(0, len(data), BLOCK)
    best = [np.abs(data[start : start + BLOCK] @ operators.T).argmax(axis=1) for start in starts]
    return quaternion_product(symmetry.data[np.concatenate(best)], data)


def _patches(points: np.ndarray, size: float) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Yield the indices of neighbouring points, their central quaternion and radius (in radians)."""
    tree = _middles(size)
    _, nearest = tree.query(points)
    order = np.argsort(nearest, kind="stable")
    starts = np.flatnonzero(np.diff(nearest[order], prepend=-1))
    for patch in np.split(order, starts[1:]):
        middle = tree.data[nearest[patch[0]]].astype(np.float32)
        closest = np.abs(points[patch] @ middle).min()
        yield patch, middle, 2 * np.arccos(min(1.0, closest))


@functools.cache
def _middles(size: float) -> cKDTree:
    """Return a uniform grid of quaternions, each with both signs."""
    grid = uniform_SO3_sample(size).data
    return cKDTree(np.vstack([grid, -grid]))
