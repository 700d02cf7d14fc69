"""Pole figures and inverse pole figures that belong to a density of orientations."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.vector import Miller, Vector3d

from keras_stem.analysis.density_kernel import DensityKernel, gather
from keras_stem.analysis.orientation_density import OrientationDensity

_CELLS = 6
"""Axes within so small a part of the half width are one."""

_MOST_PRODUCTS = 1 << 22


@dataclass(frozen=True)
class PoleDensity:
    """A sum of kernels about axes.

    Parameters
    ----------
    kernel
        Of the orientation density.
    axes
        Shape (m, 3), of unit length; opposite directions are one axis.
    weights
        Shape (m,), of sum 1.
    """

    kernel: DensityKernel
    axes: np.ndarray
    weights: np.ndarray

    def at(self, directions: np.ndarray) -> np.ndarray:
        """Return the density along directions.

        Parameters
        ----------
        directions
            Shape (n, 3), any length.

        Returns
        -------
        numpy.ndarray
            Shape (n,), multiples of a random distribution (mrd): its mean over the sphere is 1.
        """
        units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        block = max(1, _MOST_PRODUCTS // len(self.axes))
        parts = (units[start : start + block] for start in range(0, len(units), block))
        return np.concatenate([self.kernel.of_axes(part @ self.axes.T) @ self.weights for part in parts])

    def maximum(self) -> float:
        """Return the largest density, mrd, at its own axes."""
        return float(self.at(self.axes).max())


def pole_figure(density: OrientationDensity, normal: np.ndarray) -> PoleDensity:
    """Return the density of the normals of equivalent planes in the sample.

    Parameters
    ----------
    density
        Of the orientations.
    normal
        Of one of the planes, in crystal coordinates, shape (3,), any length.

    Returns
    -------
    PoleDensity
        Over directions of the sample: x right, y up, z toward the viewer.
    """
    normals = density.symmetry.outer(Vector3d(normal)).data.reshape(-1, 3)
    poles = (~Rotation(density.centres)).outer(Vector3d(normals))
    return _gathered(poles.data, density)


def inverse_pole_figure(density: OrientationDensity, direction: np.ndarray) -> PoleDensity:
    """Return the density of the crystal directions along a direction of the sample.

    Parameters
    ----------
    density
        Of the orientations.
    direction
        In the sample (x right, y up, z toward the viewer), shape (3,), any length.

    Returns
    -------
    PoleDensity
        Over directions of the crystal.
    """
    along = Rotation(density.centres) * Vector3d(direction)
    return _gathered(density.symmetry.outer(along).data.swapaxes(0, 1), density)


def _gathered(vectors: np.ndarray, density: OrientationDensity) -> PoleDensity:
    """Return the density of the equivalent vectors of each orientation, shape (m, k, 3)."""
    units = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    weights = np.repeat(density.weights / units.shape[1], units.shape[1])
    width = np.deg2rad(density.kernel.half_width) / _CELLS
    return PoleDensity(density.kernel, *gather(units.reshape(-1, 3), weights, width))


def plane_normal(plane: tuple[int, ...], phase: Phase) -> np.ndarray:
    """Return the normal of a plane of three or four indices, shape (3,), in crystal coordinates."""
    key = "hkl" if len(plane) == 3 else "hkil"
    return Miller(**{key: plane}, phase=phase).unit.data.reshape(3)


def crystal_direction(indices: tuple[int, ...], phase: Phase) -> np.ndarray:
    """Return the unit vector of a direction of three or four indices, shape (3,), in crystal coordinates."""
    key = "uvw" if len(indices) == 3 else "UVTW"
    return Miller(**{key: indices}, phase=phase).unit.data.reshape(3)
