"""Rotation operations in `keras.ops` for losses and decoders, equivalent to those of orix in NumPy.

A rotation is a matrix (..., 3, 3) from lab to crystal coordinates, as for orientations in orix.
"""

import math

import keras
import numpy as np
from keras import ops

_SMALL = 1e-6
_ROUNDED = 5e-4


def orthonormal(six: keras.KerasTensor) -> keras.KerasTensor:
    """Return rotations (..., 3, 3) from arbitrary six-dimensional vectors (..., 6) by Gram-Schmidt.

    The six numbers are the first two columns of the matrix, the crystal directions of the lab's x and y,
    before orthonormalisation. The gradient is finite everywhere, including degenerate inputs.

    References
    ----------
    Zhou et al., "On the continuity of rotation representations in neural networks", CVPR 2019.
    """
    x = _unit(six[..., :3])
    y = six[..., 3:]
    y = _unit(y - ops.sum(x * y, axis=-1, keepdims=True) * x)
    return ops.stack([x, y, cross(x, y)], axis=-1)


def cross(a: keras.KerasTensor, b: keras.KerasTensor) -> keras.KerasTensor:
    """Return the cross products of vectors (..., 3)."""
    turned = [a[..., i] * b[..., j] - a[..., j] * b[..., i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return ops.stack(turned, axis=-1)


def _unit(vector: keras.KerasTensor) -> keras.KerasTensor:
    return vector * ops.rsqrt(ops.sum(vector * vector, axis=-1, keepdims=True) + _SMALL**2)


def squared_chord(
    found: keras.KerasTensor, expected: keras.KerasTensor, operators: np.ndarray, beam_twofold: bool = False
) -> keras.KerasTensor:
    """Return the squared chordal distance of rotations under a symmetry.

    It is the minimum of ``|S found - expected|^2 / 2`` over the operators S (Frobenius norm), and equals
    ``2 (1 - cos t)`` for a disorientation t, which is approximately t^2.

    Parameters
    ----------
    found, expected
        Broadcastable shapes (..., 3, 3).
    operators
        Rotation matrices of the proper point group, shape (n, 3, 3).
    beam_twofold
        Whether the distance is taken modulo the 180 degree in-plane ambiguity.

    Returns
    -------
    tensor
        Shape (...).
    """
    flat = np.swapaxes(operators, -1, -2).reshape(len(operators), 9).T.astype("float32")
    nearest = _largest_trace(found, expected, flat)
    if beam_twofold:
        # A 180 degree rotation about lab z negates the first two columns of a matrix.
        turned = ops.multiply(found, np.array([-1.0, -1.0, 1.0], "float32"))
        nearest = ops.maximum(nearest, _largest_trace(turned, expected, flat))
    return ops.maximum(3.0 - nearest, 0.0)


def _largest_trace(found, expected, flat):
    product = ops.matmul(found, ops.swapaxes(expected, -1, -2))
    return ops.max(ops.matmul(_in_rows(product), flat), axis=-1)


def _in_rows(matrices: keras.KerasTensor) -> keras.KerasTensor:
    """Return matrices (B, ..., 3, 3) as (B, ..., 9)."""
    return ops.reshape(matrices, (-1, *matrices.shape[1:-2], 9))


def angle_of(squared: keras.KerasTensor) -> keras.KerasTensor:
    """Return the rotation angle, in radians, of a squared chordal distance.

    The function is smoothed within about 1e-3 rad of zero, where the gradient of the angle is discontinuous,
    and near 180 degrees, so that its gradient is finite everywhere.
    """
    # Half the squared chord is 1 - cos t, so the sine of t / 2 is half the chord.
    half_sine = ops.sqrt(squared / 4 + _ROUNDED**2) - _ROUNDED
    half_cosine = ops.sqrt(ops.maximum(1 - squared / 4, 0.0) + _ROUNDED**2)
    return 2 * ops.arctan2(half_sine, half_cosine)


def turned_about_beam(matrices: keras.KerasTensor, angles: np.ndarray) -> keras.KerasTensor:
    """Return R * Rz(-angle), the orientation whose pattern is rotated counter-clockwise by the angle.

    Parameters
    ----------
    matrices
        Shape (..., n, 3, 3).
    angles
        Shape (n,), in radians.
    """
    cos, sin = (ops.convert_to_tensor(part(angles)[:, None], "float32") for part in (np.cos, np.sin))
    x, y, z = (ops.convert_to_tensor(matrices)[..., i] for i in range(3))
    # Passive, lab to crystal. Element-wise, because products of such small matrices are slow.
    return ops.stack([x * cos - y * sin, x * sin + y * cos, z], axis=-1)


def votes_in_lab(votes: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the votes of a polar network in the lab frame.

    Parameters
    ----------
    votes
        Shape (B, n, 7): a score and the six numbers of a rotation in the frame rotated by the azimuth.

    Returns
    -------
    weights : tensor
        Shape (B, n), logarithms of weights that sum to 1.
    rotations : tensor
        Shape (B, n, 3, 3).
    """
    count = votes.shape[1]
    # A vote refers to the centre of a pair of azimuths; the first pair is 0 and 1 of 2 n.
    azimuths = 2 * np.pi * (np.arange(count) + 0.25) / count
    weights = ops.log_softmax(votes[..., 0], axis=-1)
    return weights, turned_about_beam(orthonormal(votes[..., 1:]), azimuths)


def mean_near(
    centre: keras.KerasTensor, rotations: keras.KerasTensor, weights: keras.KerasTensor, operators: np.ndarray
) -> keras.KerasTensor:
    """Return the weighted mean of rotations, each reduced to its equivalent nearest to a centre.

    Parameters
    ----------
    centre
        Shape (B, 3, 3).
    rotations
        Shape (B, n, 3, 3).
    weights
        Shape (B, n); rotations far from the centre should have negligible weights.
    operators
        Rotation matrices of the proper point group, shape (m, 3, 3).

    Returns
    -------
    tensor
        Shape (B, 3, 3).
    """
    operators = np.asarray(operators, "float32")
    flat = np.swapaxes(operators, -1, -2).reshape(len(operators), 9).T
    product = ops.matmul(rotations, ops.swapaxes(centre, -1, -2)[:, None])
    traces = ops.matmul(_in_rows(product), flat)
    nearest = ops.one_hot(ops.argmax(traces, axis=-1), len(operators), dtype="float32")
    chosen = ops.reshape(ops.matmul(nearest, operators.reshape(-1, 9)), (-1, *product.shape[1:]))
    mean = ops.sum(weights[..., None, None] * ops.matmul(chosen, rotations), axis=1)
    columns = ops.concatenate([mean[..., 0], mean[..., 1]], axis=-1)
    return orthonormal(columns / ops.maximum(ops.sum(weights, axis=-1, keepdims=True), _SMALL))


def bunge(matrices: keras.KerasTensor) -> keras.KerasTensor:
    """Return non-negative Bunge Euler angles (..., 3), in radians, of rotations (..., 3, 3)."""
    element = {(i + 1, j + 1): matrices[..., i, j] for i in range(3) for j in range(3)}
    sine = ops.sqrt(ops.square(element[3, 1]) + ops.square(element[3, 2]))
    tilt = ops.arctan2(sine, element[3, 3])
    # Near tilts of 0 and 180 degrees, phi1 is uncertain, but phi1 + phi2 or phi1 - phi2 is not.
    sign = ops.where(element[3, 3] >= 0, 1.0, -1.0)
    combined = ops.arctan2(element[1, 2] - sign * element[2, 1], element[1, 1] + sign * element[2, 2])
    first = ops.where(sine < 1e-5, combined, ops.arctan2(element[3, 1], -element[3, 2]))
    last = sign * (combined - first)
    return ops.stack([first % (2 * math.pi), tilt, last % (2 * math.pi)], axis=-1)


def matrices_of_bunge(euler: keras.KerasTensor) -> keras.KerasTensor:
    """Return rotations (..., 3, 3), lab to crystal, from Bunge Euler angles (..., 3) in radians."""
    cos, sin = ops.cos(euler), ops.sin(euler)
    (c1, c, c2), (s1, s, s2) = ([part[..., i] for i in range(3)] for part in (cos, sin))
    rows = (
        (c1 * c2 - s1 * s2 * c, s1 * c2 + c1 * s2 * c, s2 * s),
        (-c1 * s2 - s1 * c2 * c, -s1 * s2 + c1 * c2 * c, c2 * s),
        (s1 * s, -c1 * s, c),
    )
    return ops.stack([ops.stack(row, axis=-1) for row in rows], axis=-2)


def fundamental_bunge(
    matrices: keras.KerasTensor, operators: np.ndarray, bounds: np.ndarray
) -> keras.KerasTensor:
    """Return the Bunge Euler angles of rotations reduced to the Euler fundamental region.

    This is the `keras.ops` equivalent of `keras_stem.crystal.euler.reduce_euler`.

    Parameters
    ----------
    matrices
        Shape (B, 3, 3).
    operators
        Rotation matrices of the proper point group, shape (n, 3, 3).
    bounds
        Upper bounds of the angles, shape (3,), in radians.

    Returns
    -------
    tensor
        Shape (B, 3), in radians.
    """
    # As a single matrix product; TensorFlow aborts on batched 3 x 3 products of a single rotation.
    products = ops.tensordot(operators.astype("float32"), matrices, axes=((2,), (1,)))
    equivalents = ops.transpose(products, (0, 2, 1, 3))
    angles = bunge(equivalents)
    inside = ops.all(ops.less_equal(angles, np.asarray(bounds, "float32") + 1e-4), axis=-1)
    tilt = ops.where(inside, angles[..., 1], 10.0)
    chosen = ops.one_hot(ops.argmin(tilt, axis=0), len(operators), axis=0, dtype="float32")
    return ops.sum(chosen[..., None] * angles, axis=0)
