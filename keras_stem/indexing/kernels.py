"""Compiled kernels of the comparison of patterns with simulated spots."""

import numba
import numpy as np

from keras_stem.simulate.kinematic import spots_of

FIRST_STEP = 0.015
"""Initial step, in radians, about the error of the orientations to refine."""


@numba.njit(cache=True, parallel=True)
def agreements(patterns, candidates, rings, inner, vectors, strengths, beam) -> np.ndarray:
    """Return the agreement of each candidate with its pattern, shape (n, k).

    Parameters
    ----------
    patterns
        Counts, shape (n, H, W).
    candidates
        Orientation matrices (lab to crystal), shape (n, k, 3, 3).
    rings
        Rings of pixels about the direct beam, as `keras_stem.indexing.refinement` makes them.
    inner
        Radius about the direct beam that is left out (pixels).
    vectors, strengths
        Reflections in the crystal frame (1/Å), shape (m, 3), and their intensities, shape (m,).
    beam
        Radius of the Ewald sphere (1/Å), precession angle (radians), largest excitation error (1/Å), largest
        distance of a spot (1/Å), pixel size (1/Å) and disk radius (pixels).
    """
    out = np.empty(candidates.shape[:2])
    for k in numba.prange(len(patterns)):
        origin = _direct_beam(patterns[k], inner)
        image = _without_background(patterns[k], rings)
        sums, drawn = _sums(image, rings), np.zeros(image.shape)
        for i in range(candidates.shape[1]):
            out[k, i] = _agreement(
                image, sums, drawn, rings, vectors, strengths, candidates[k, i], beam, origin
            )
    return out


@numba.njit(cache=True, parallel=True)
def refined(patterns, candidates, steps, rings, inner, vectors, strengths, beam) -> np.ndarray:
    """Return the candidates, shape (n, k, 3, 3), moved to the nearest maximum of their agreement.

    Parameters
    ----------
    steps
        Number of steps of the optimisation.
    patterns, candidates, rings, inner, vectors, strengths, beam
        As for `agreements`.
    """
    out = np.empty(candidates.shape)
    for k in numba.prange(len(patterns)):
        origin = _direct_beam(patterns[k], inner)
        image = _without_background(patterns[k], rings)
        sums, drawn = _sums(image, rings), np.zeros(image.shape)
        for i in range(candidates.shape[1]):
            start = candidates[k, i]
            found = _climb(image, rings, vectors, strengths, start, beam, origin, steps)
            # The optimisation omits reflections that are initially far from the Ewald sphere.
            before = _agreement(image, sums, drawn, rings, vectors, strengths, start, beam, origin)
            after = _agreement(image, sums, drawn, rings, vectors, strengths, found, beam, origin)
            out[k, i] = found if after > before else start
    return out


@numba.njit(cache=True)
def _direct_beam(pattern, inner):
    """Return the row and column of the direct beam, the centroid of counts above the local median.

    Patterns drift by fractions of a pixel. If the beam is hidden, the detector centre is returned.
    """
    row0, column0 = (pattern.shape[0] - 1) / 2, (pattern.shape[1] - 1) / 2
    top, bottom = max(0, int(row0 - inner)), min(pattern.shape[0], int(row0 + inner) + 2)
    left, right = max(0, int(column0 - inner)), min(pattern.shape[1], int(column0 + inner) + 2)
    around = pattern[top:bottom, left:right]
    level = np.median(around.astype(np.float64))
    total, row, column = 0.0, 0.0, 0.0
    for i in range(top, bottom):
        for j in range(left, right):
            counts = max(pattern[i, j] - level, 0.0)
            total, row, column = total + counts, row + counts * i, column + counts * j
    if total == 0:
        return row0, column0
    return row / total, column / total


@numba.njit(cache=True, fastmath={"reassoc"})
def _without_background(pattern, rings):
    """Return the square roots of counts above the background, the mean of the darker half of each ring."""
    pixels, starts, _ = rings
    flat, image = pattern.ravel(), np.zeros(pattern.size)
    values = np.empty(len(pixels))
    for k in range(len(pixels)):
        values[k] = flat[pixels[k]]
    for i in range(len(starts) - 1):
        ring = values[starts[i] : starts[i + 1]]
        level = np.inf
        for _ in range(3):
            total, count = 0.0, 0.0
            for value in ring:  # branch-free, so that the compiler vectorises the loop
                dark = value <= level
                total += value if dark else 0.0
                count += 1.0 if dark else 0.0
            level = total / max(count, 1.0)
        for k in range(len(ring)):
            ring[k] = np.sqrt(max(ring[k] - level, 0.0))
    for k in range(len(pixels)):
        image[pixels[k]] = values[k]
    return image.reshape(pattern.shape)


@numba.njit(cache=True, fastmath={"reassoc"})
def _sums(image, rings):
    """Return the number of included pixels, the sum of their values and the sum of their squares."""
    flat, total, squares = image.ravel(), 0.0, 0.0  # excluded pixels are zero
    for value in flat:
        total += value
        squares += value * value
    return len(rings[0]), total, squares


@numba.njit(cache=True, fastmath=True)
def _agreement(image, sums, drawn, rings, vectors, strengths, matrix, beam, origin):
    """Return the correlation of an image with the square roots of the spots simulated around an origin.

    ``drawn``, shape (H, W), is a buffer that is zero before and after; only pixels of spots are visited.
    """
    wave, precession, error, radius, pixel_size, disk = beam
    x, y, intensity = spots_of(vectors, strengths, matrix, wave, precession, error, radius)
    rows, columns = origin[0] - y / pixel_size, origin[1] + x / pixel_size
    for k in range(len(x)):
        top, bottom, left, right = _box(rows[k], columns[k], disk, image.shape)
        for i in range(top, bottom):
            for j in range(left, right):
                inside = disk + 0.5 - np.sqrt((i - rows[k]) ** 2 + (j - columns[k]) ** 2)
                if inside > 0:
                    drawn[i, j] += intensity[k] * min(1.0, inside)
    b, bb, ab = 0.0, 0.0, 0.0
    for k in range(len(x)):
        top, bottom, left, right = _box(rows[k], columns[k], disk, image.shape)
        for i in range(top, bottom):
            for j in range(left, right):
                if drawn[i, j] > 0 and rings[2][i, j]:
                    expected = np.sqrt(drawn[i, j])
                    b, bb, ab = b + expected, bb + drawn[i, j], ab + expected * image[i, j]
                drawn[i, j] = 0.0
    count, a, aa = sums
    return (ab - a * b / count) / np.sqrt(max((aa - a * a / count) * (bb - b * b / count), 1e-30))


@numba.njit(cache=True)
def _box(row, column, disk, shape):
    """Return the half-open ranges of rows and columns that a disk can touch."""
    reach, i, j = int(np.ceil(disk + 0.5)), int(np.round(row)), int(np.round(column))
    top, bottom = max(0, i - reach), min(shape[0], i + reach + 1)
    return top, bottom, max(0, j - reach), min(shape[1], j + reach + 1)


@numba.njit(cache=True)
def _climb(image, rings, vectors, strengths, matrix, beam, origin, steps):
    """Return the best orientation near a matrix. The vertices of the simplex are rotation vectors."""
    near = _reachable(vectors, matrix, beam)
    vectors, strengths = vectors[near], strengths[near]
    sums, drawn = _sums(image, rings), np.zeros(image.shape)

    def height(corner):
        tried = turned(matrix, corner)
        return _agreement(image, sums, drawn, rings, vectors, strengths, tried, beam, origin)

    corners, heights = np.zeros((4, 3)), np.empty(4)
    for i in range(4):
        if i > 0:
            corners[i, i - 1] = FIRST_STEP
        heights[i] = height(corners[i])
    taken = 4
    while taken < steps:
        order = np.argsort(-heights)
        corners, heights = corners[order], heights[order]
        middle = (corners[0] + corners[1] + corners[2]) / 3
        tried = 2 * middle - corners[3]
        reached = height(tried)
        taken += 1
        if reached > heights[0] or reached <= heights[2]:
            second = 3 * middle - 2 * corners[3]  # expansion or contraction
            if reached <= heights[2]:
                second = (middle + (tried if reached > heights[3] else corners[3])) / 2
            other = height(second)
            taken += 1
            if other > reached:
                tried, reached = second, other
        if reached > heights[3]:
            corners[3], heights[3] = tried, reached
            continue
        for i in range(1, 4):
            corners[i] = (corners[i] + corners[0]) / 2
            heights[i] = height(corners[i])
        taken += 3
    return turned(matrix, corners[np.argmax(heights)])


@numba.njit(cache=True)
def _reachable(vectors, matrix, beam):
    """Return whether each reflection can be excited within a few steps of an orientation."""
    wave, precession, error, radius, _, _ = beam
    found = np.zeros(len(vectors), numba.boolean)
    for k in range(len(vectors)):
        a, b, c = vectors[k]
        x = a * matrix[0, 0] + b * matrix[1, 0] + c * matrix[2, 0]
        y = a * matrix[0, 1] + b * matrix[1, 1] + c * matrix[2, 1]
        z = a * matrix[0, 2] + b * matrix[1, 2] + c * matrix[2, 2]
        r = np.sqrt(x * x + y * y)
        if r < 1.05 * radius:
            excited = wave - np.sqrt(wave * wave - r * r) - z
            found[k] = abs(excited) < error + r * (precession + 4 * FIRST_STEP)
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
