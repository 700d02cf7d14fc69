"""Rotations from matrices, and random rotations from a seeded generator."""

import numpy as np
from orix.crystal_map import CrystalMap
from orix.quaternion import Rotation
from scipy.spatial.transform import Rotation as ScipyRotation


def from_matrices(matrices: np.ndarray) -> Rotation:
    """Return the rotations of matrices, shape (..., 3, 3).

    ``Rotation.from_matrix`` of orix 0.15 returns a wrong axis for a third of all 180 degree rotations,
    because it loses the signs of the axis components.
    """
    matrices = np.asarray(matrices, float)
    x, y, z, w = np.moveaxis(ScipyRotation.from_matrix(matrices.reshape(-1, 3, 3)).as_quat(), -1, 0)
    return Rotation(np.stack([w, x, y, z], axis=-1).reshape(*matrices.shape[:-2], 4))


def matrices_of_euler(euler: np.ndarray) -> np.ndarray:
    """Return matrices (..., 3, 3), lab to crystal, from Bunge Euler angles (..., 3) in radians."""
    euler = np.asarray(euler, float)
    return Rotation.from_euler(euler.reshape(-1, 3)).to_matrix().reshape(*euler.shape[:-1], 3, 3)


def first_rotations(crystal_map: CrystalMap) -> Rotation:
    """Return the first (best) rotation of each point of a map, shape (n,)."""
    return Rotation(crystal_map.rotations.data.reshape(crystal_map.size, -1, 4)[:, 0])


def random_rotations(count: int, rng: np.random.Generator) -> Rotation:
    """Return ``count`` uniformly distributed random rotations (normalised 4D Gaussians)."""
    return Rotation(rng.standard_normal((count, 4)))


def small_rotations(angles: np.ndarray, rng: np.random.Generator) -> Rotation:
    """Return rotations by the given angles, shape (n,) in radians, about random axes."""
    axes = rng.standard_normal((len(angles), 3))
    return rotations_about(axes, angles)


def rotations_about(axes: np.ndarray, angles: np.ndarray) -> Rotation:
    """Return rotations by ``angles``, shape (n,) in radians, about ``axes``, shape (n, 3), of any length."""
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    half = np.asarray(angles)[:, None] / 2
    return Rotation(np.hstack([np.cos(half), np.sin(half) * axes]))


def even_directions(count: int) -> np.ndarray:
    """Return ``count`` evenly distributed unit vectors, shape (count, 3), on a Fibonacci spiral."""
    steps = np.arange(count) + 0.5
    z, azimuth = 1 - 2 * steps / count, np.pi * (1 + np.sqrt(5)) * steps
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), z], axis=1)
