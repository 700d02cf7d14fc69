"""Patterns mended: pixels that count too much or not at all, and direct beams off the centre."""

import numpy as np
from scipy.ndimage import median_filter, shift

from keras_stem.errors import KerasStemError

HOT = 10.0
"""A pixel is hot whose mean count exceeds so many times the median of its neighbourhood."""

DEAD = 0.02
"""A pixel is dead whose mean count is below this share of the median of its neighbourhood."""

_NEIGHBOURHOOD = 5


def bad_pixels(sample: np.ndarray) -> np.ndarray:
    """Find hot and dead pixels.

    They are bad in all patterns, so that the mean pattern shows them, where spots of many orientations
    blur.

    Parameters
    ----------
    sample
        Patterns of positions all over the scan, shape (n, H, W).

    Returns
    -------
    numpy.ndarray
        Shape (H, W), bool.
    """
    mean = sample.mean(axis=0, dtype=float)
    around = median_filter(mean, _NEIGHBOURHOOD)
    # Where hardly an electron arrives, neither many nor few counts mean anything.
    noise = np.sqrt(np.maximum(mean, around) / len(sample)) + 1 / len(sample)
    hot = (mean > HOT * around) & (mean - around > 10 * noise)
    dead = (mean < DEAD * around) & (around - mean > 10 * noise)
    return hot | dead


def repair(patterns: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Replace bad pixels by the median of the good ones around them.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    bad
        Shape (H, W), bool.

    Returns
    -------
    numpy.ndarray
        Like ``patterns``.
    """
    mended = patterns.copy()
    for row, column in np.argwhere(bad):
        around = np.s_[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        good = patterns[:, *around][:, ~bad[around]]
        if good.size:
            mended[:, row, column] = np.median(good, axis=1)
    return mended


def centred(patterns: np.ndarray, beam_radius: float) -> np.ndarray:
    """Shift patterns so that the direct beam is at the middle of the detector.

    pyxem finds the beam: first where the blurred pattern is brightest, then the centre of mass of what is
    near. The shift is by linear interpolation, so that integers are rounded.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    beam_radius
        Of the direct beam, pixels.

    Returns
    -------
    numpy.ndarray
        Like ``patterns``; zero where nothing was recorded.

    Raises
    ------
    KerasStemError
        If pyxem is not installed.
    """
    offsets = _offsets(patterns, beam_radius)
    moved = [
        shift(pattern.astype(np.float32), offset, order=1)
        for pattern, offset in zip(patterns, offsets, strict=True)
    ]
    stacked = np.stack(moved)
    whole = np.issubdtype(patterns.dtype, np.integer)
    return (np.rint(stacked) if whole else stacked).astype(patterns.dtype)


def _offsets(patterns: np.ndarray, beam_radius: float) -> np.ndarray:
    """Return rows and columns, shape (n, 2), by which each pattern has to move."""
    half = np.array(patterns.shape[1:]) / 2
    found = _pyxem_shifts(patterns, method="blur", sigma=max(beam_radius / 2, 1))
    coarse = np.rint(found).astype(int)
    rolled = [np.roll(pattern, step, (0, 1)) for pattern, step in zip(patterns, coarse, strict=True)]
    window = int(min(np.ceil(1.25 * beam_radius) + 1, half.min()))
    fine = _pyxem_shifts(np.stack(rolled), method="center_of_mass", half_square_width=window, threshold=1)
    # pyxem moves the beam to N / 2; the middle of N pixels is at (N - 1) / 2.
    return np.where(np.isfinite(fine), coarse + fine, coarse) - 0.5


def _pyxem_shifts(patterns: np.ndarray, **options) -> np.ndarray:
    try:
        from pyxem.signals import Diffraction2D
    except ImportError as error:
        raise KerasStemError(
            "Centring needs pyxem; install it with: pip install 'keras_stem[match]'"
        ) from error
    from keras_stem.quiet import without_progress_bars

    with without_progress_bars():
        shifts = Diffraction2D(patterns[None].astype(np.float32)).get_direct_beam_position(**options)
    return shifts.data.reshape(-1, 2)[:, ::-1]
