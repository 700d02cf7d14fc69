"""Compiled correlation of images of disks with the spots of orientations, and its maximisation."""

import numba
import numpy as np

from keras_stem.indexing.intensities import weight_of
from keras_stem.simulate.kinematic import in_lab

_LARGEST_STEP, _FIRST_STEP, _LAST_STEP = 0.02, 0.006, 2e-4
"""Largest and first rotation in a step, and that at which the maximum is found (radians)."""

_STEPS, _FARTHEST = 25, 3 * _LARGEST_STEP
"""Largest number of steps, which are rarely taken, and of all rotations together (radians)."""

_SHORTER = 0.4
"""Factor of the next step after one that leads down."""

# Unlike all of fastmath, these do not let the compiler assume that there are no NaN.
_FAST = {"reassoc", "contract", "arcp", "nsz"}


@numba.njit(cache=True, parallel=True)
def correlations(images, origins, candidates, reflections, parameters, frame) -> np.ndarray:
    """Return the correlation of each candidate with its image, shape (n, k).

    Parameters
    ----------
    images
        Visibility of disks to a power, shape (n, H, W).
    origins
        Row and column of the direct beam, shape (n, 2).
    candidates
        Orientation matrices (lab to crystal), shape (n, k, 3, 3).
    reflections
        Results of `keras_stem.indexing.intensities.extinctions`.
    parameters
        Those of a `keras_stem.indexing.intensities.Weighting`.
    frame
        Pixel size, and the smallest and largest distance from the direct beam (1/Å).
    """
    out = np.empty(candidates.shape[:2])
    for k in numba.prange(len(images)):
        unused = np.zeros(3)
        for i in range(candidates.shape[1]):
            out[k, i] = _correlation(
                images[k], origins[k], candidates[k, i], *reflections, parameters, frame, unused
            )
    return out


@numba.njit(cache=True, parallel=True)
def climbed(images, origins, candidates, reflections, parameters, frame) -> np.ndarray:
    """Return the candidates, shape (n, k, 3, 3), moved to the nearest maximum of their correlation.

    The parameters are those of `correlations`.
    """
    out = np.empty(candidates.shape)
    for k in numba.prange(len(images)):
        for i in range(candidates.shape[1]):
            out[k, i] = _climb(images[k], origins[k], candidates[k, i], *reflections, parameters, frame)
    return out


@numba.njit(cache=True, fastmath=_FAST)
def _correlation(image, origin, matrix, vectors, extinction, parameters, frame, gradient):
    """Return the correlation of an image with the spots of an orientation, and write its gradient."""
    wave, (pixel_size, inner, outer) = parameters[0], frame
    total, square = 0.0, 1e-30
    slope, change = np.zeros(3), np.zeros(2)
    for k in range(len(vectors)):
        x, y, z = in_lab(vectors, k, matrix)
        r = np.sqrt(x * x + y * y)
        row, column = origin[0] - y / pixel_size, origin[1] + x / pixel_size
        if r < inner or r > outer or not _is_inside(row, column, image.shape):
            continue
        height = np.sqrt(wave * wave - r * r)
        weight, by_s = weight_of(wave - height - z, r, extinction[k], parameters)
        if weight == 0.0:
            continue
        value, by_row, by_column = _interpolated(image, row, column)
        by_x, by_y = weight * by_column / pixel_size, -weight * by_row / pixel_size
        # A rotation by a small vector w moves a reflection g by g x w.
        tilt = (1 + z / height) * by_s
        total += weight * value
        square += weight * weight
        slope[0] += tilt * y * value + by_y * z
        slope[1] -= tilt * x * value + by_x * z
        slope[2] += by_x * y - by_y * x
        change[0] += weight * tilt * y
        change[1] -= weight * tilt * x
    norm = np.sqrt(square)
    found = total / norm
    gradient[0] = slope[0] / norm - found * change[0] / square
    gradient[1] = slope[1] / norm - found * change[1] / square
    gradient[2] = slope[2] / norm
    return found


@numba.njit(cache=True)
def _is_inside(row, column, shape):
    return 0 <= row < shape[0] - 1 and 0 <= column < shape[1] - 1


@numba.njit(cache=True, fastmath=_FAST)
def _interpolated(image, row, column):
    """Return the value at a position by linear interpolation, and its derivatives."""
    i, j = int(row), int(column)
    f, h = row - i, column - j
    top, bottom = image[i, j], image[i + 1, j]
    along_top, along_bottom = image[i, j + 1] - top, image[i + 1, j + 1] - bottom
    upper, lower = top + h * along_top, bottom + h * along_bottom
    return upper + f * (lower - upper), lower - upper, along_top + f * (along_bottom - along_top)


@numba.njit(cache=True)
def _climb(image, origin, matrix, vectors, extinction, parameters, frame):
    """Return the best orientation near a matrix, by the method of Broyden, Fletcher, Goldfarb and Shanno.

    The variables are rotations from the current orientation, whose axes hardly turn.
    """
    near = _reachable(vectors, matrix, parameters)
    vectors, extinction = vectors[near], extinction[near]
    gradient, new = np.zeros(3), np.zeros(3)
    value = _correlation(image, origin, matrix, vectors, extinction, parameters, frame, gradient)
    inverse, share, unknown, travelled = np.zeros((3, 3)), 1.0, True, 0.0
    for _ in range(_STEPS):
        step = _times(inverse, gradient)
        if unknown or _dot(step, gradient) <= 0:
            step = _FIRST_STEP * gradient / max(np.sqrt(_dot(gradient, gradient)), 1e-12)
        step *= share * min(1.0, _LARGEST_STEP / max(np.sqrt(_dot(step, step)), 1e-12))
        length = np.sqrt(_dot(step, step))
        if not _LAST_STEP <= length <= _FARTHEST - travelled:
            break
        tried = turned(matrix, step)
        reached = _correlation(image, origin, tried, vectors, extinction, parameters, frame, new)
        difference = gradient - new
        curvature = _dot(step, difference)
        if curvature > 1e-12:  # otherwise there is no maximum along the step
            if unknown:
                inverse = np.eye(3) * (curvature / _dot(difference, difference))
                unknown = False
            inverse = _updated(inverse, step, difference, curvature)
        if reached > value:
            matrix, value, share, travelled = tried, reached, 1.0, travelled + length
            gradient, new = new, gradient
        else:
            share *= _SHORTER
    return matrix


@numba.njit(cache=True)
def _updated(inverse, step, difference, curvature):
    """Return the inverse Hessian after a step along which the gradient fell by a difference."""
    moved = _times(inverse, difference)
    along = (1 + _dot(difference, moved) / curvature) / curvature
    out = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            mixed = moved[i] * step[j] + step[i] * moved[j]
            out[i, j] = inverse[i, j] + along * step[i] * step[j] - mixed / curvature
    return out


@numba.njit(cache=True)
def _times(matrix, vector):
    """Return a matrix times a vector, without the overhead of BLAS calls."""
    out = np.empty(3)
    for i in range(3):
        out[i] = matrix[i, 0] * vector[0] + matrix[i, 1] * vector[1] + matrix[i, 2] * vector[2]
    return out


@numba.njit(cache=True)
def _dot(first, second):
    return first[0] * second[0] + first[1] * second[1] + first[2] * second[2]


@numba.njit(cache=True)
def _reachable(vectors, matrix, parameters):
    """Return whether each reflection can be excited within a few steps of an orientation."""
    wave, precession, _, limit, _ = parameters
    found = np.zeros(len(vectors), numba.boolean)
    for k in range(len(vectors)):
        x, y, z = in_lab(vectors, k, matrix)
        square = x * x + y * y + z * z
        r = np.sqrt(max(square - z * z, 0.0))
        found[k] = abs(square / (2 * wave) - z) < limit + r * (precession + _FARTHEST)
    return found


@numba.njit(cache=True)
def turned(matrix, vector) -> np.ndarray:
    """Return a matrix times that of a rotation vector (Rodrigues), without the overhead of BLAS calls."""
    x, y, z = vector
    angle = np.sqrt(x * x + y * y + z * z)
    first = np.sin(angle) / angle if angle > 1e-9 else 1.0
    second = (1 - np.cos(angle)) / angle**2 if angle > 1e-9 else 0.5
    diagonal = 1 - second * angle**2
    out = np.empty((3, 3))
    for i in range(3):
        a, b, c = matrix[i]
        along = second * (a * x + b * y + c * z)
        out[i, 0] = diagonal * a + first * (b * z - c * y) + along * x
        out[i, 1] = diagonal * b + first * (c * x - a * z) + along * y
        out[i, 2] = diagonal * c + first * (a * y - b * x) + along * z
    return out
