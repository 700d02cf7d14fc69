"""Pole figures and inverse pole figures computed from an orientation density."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.vector import Miller, Vector3d

from keras_stem.analysis.density_kernel import DensityKernel, gather
from keras_stem.analysis.orientation_density import OrientationDensity

_CELLS = 6
"""Number of cells per half width in which axes are merged."""

_MOST_PRODUCTS = 1 << 22


@dataclass(frozen=True)
class PoleDensity:
    """Pole density as a weighted sum of kernels about axes.

    Parameters
    ----------
    kernel
        Kernel of the orientation density.
    axes
        Unit vectors, shape (m, 3); opposite directions are the same axis.
    weights
        Weights of the axes, shape (m,), which sum to 1.
    """

    kernel: DensityKernel
    axes: np.ndarray
    weights: np.ndarray

    def at(self, directions: np.ndarray) -> np.ndarray:
        """Return the density at directions.

        Parameters
        ----------
        directions
            Vectors of any length, shape (n, 3).

        Returns
        -------
        numpy.ndarray
            Shape (n,), in multiples of a random distribution (mrd); the mean over the sphere is 1.
        """
        units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        block = max(1, _MOST_PRODUCTS // len(self.axes))
        parts = (units[start : start + block] for start in range(0, len(units), block))
        return np.concatenate([self.kernel.of_axes(part @ self.axes.T) @ self.weights for part in parts])

    def maximum(self) -> float:
        """Return the largest density at the axes (mrd)."""
        return float(self.at(self.axes).max())


def pole_figure(density: OrientationDensity, normal: np.ndarray) -> PoleDensity:
    """Return the pole figure of a family of planes.

    Parameters
    ----------
    density
        Orientation density.
    normal
        Normal of one of the planes in crystal coordinates, shape (3,), of any length.

    Returns
    -------
    PoleDensity
        Density over sample directions: x right, y up, z toward the viewer.
    """
    normals = density.symmetry.outer(Vector3d(normal)).data.reshape(-1, 3)
    poles = (~Rotation(density.centres)).outer(Vector3d(normals))
    return _gathered(poles.data, density)


def inverse_pole_figure(density: OrientationDensity, direction: np.ndarray) -> PoleDensity:
    """Return the inverse pole figure of a sample direction.

    Parameters
    ----------
    density
        Orientation density.
    direction
        Sample direction (x right, y up, z toward the viewer), shape (3,), of any length.

    Returns
    -------
    PoleDensity
        Density over crystal directions.
    """
    along = Rotation(density.centres) * Vector3d(direction)
    return _gathered(density.symmetry.outer(along).data.swapaxes(0, 1), density)


def _gathered(vectors: np.ndarray, density: OrientationDensity) -> PoleDensity:
    """Return the pole density of the k equivalent vectors of each orientation, shape (m, k, 3)."""
    units = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    weights = np.repeat(density.weights / units.shape[1], units.shape[1])
    width = np.deg2rad(density.kernel.half_width) / _CELLS
    return PoleDensity(density.kernel, *gather(units.reshape(-1, 3), weights, width))


def plane_normal(plane: tuple[int, ...], phase: Phase) -> np.ndarray:
    """Return the unit normal of a plane of three or four indices in crystal coordinates, shape (3,)."""
    key = "hkl" if len(plane) == 3 else "hkil"
    return Miller(**{key: plane}, phase=phase).unit.data.reshape(3)


def crystal_direction(indices: tuple[int, ...], phase: Phase) -> np.ndarray:
    """Return the unit vector of a direction of three or four indices in crystal coordinates, shape (3,)."""
    key = "uvw" if len(indices) == 3 else "UVTW"
    return Miller(**{key: indices}, phase=phase).unit.data.reshape(3)
