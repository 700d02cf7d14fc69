"""Rendering of disks and diffuse scattering into images, compiled by numba for millions of spots."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def add_disks(
    image: np.ndarray, rows: np.ndarray, columns: np.ndarray, totals: np.ndarray, radius: float
) -> None:
    """Add disks of uniform intensity to an image, in place.

    Edges are antialiased: the coverage decreases from 1 to 0 over one pixel.

    Parameters
    ----------
    image
        Image, shape (H, W), float64.
    rows, columns
        Centres of the disks (pixels), shape (n,); disks may extend beyond the image.
    totals
        Integrated intensity of each disk, including pixels outside the image, shape (n,).
    radius
        Radius of the disks (pixels).
    """
    height, width = image.shape
    reach = int(np.ceil(radius + 0.5))
    for k in range(len(rows)):
        row0, column0 = int(np.round(rows[k])), int(np.round(columns[k]))
        area = 0.0
        for row in range(row0 - reach, row0 + reach + 1):
            for column in range(column0 - reach, column0 + reach + 1):
                area += _coverage(row - rows[k], column - columns[k], radius)
        if area == 0.0:
            continue
        for row in range(max(0, row0 - reach), min(height, row0 + reach + 1)):
            for column in range(max(0, column0 - reach), min(width, column0 + reach + 1)):
                coverage = _coverage(row - rows[k], column - columns[k], radius)
                image[row, column] += totals[k] * coverage / area


@numba.njit(cache=True, nogil=True)
def _coverage(row: float, column: float, radius: float) -> float:
    distance = np.sqrt(row * row + column * column)
    return min(1.0, max(0.0, radius + 0.5 - distance))


@numba.njit(cache=True, nogil=True)
def add_halo(image: np.ndarray, row0: float, column0: float, total: float, decay: float) -> None:
    """Add diffuse scattering that decays exponentially from the direct beam, in place.

    Parameters
    ----------
    image
        Image, shape (H, W), float64.
    row0, column0
        Position of the direct beam (pixels).
    total
        Integrated intensity over the whole plane.
    decay
        Distance over which the intensity decays to 1/e (pixels).
    """
    peak = total / (2 * np.pi * decay * decay)
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            distance = np.sqrt((row - row0) ** 2 + (column - column0) ** 2)
            image[row, column] += peak * np.exp(-distance / decay)
