"""Pixels that a detector marks as masked by a value that no count has."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

_BITS = (8, 10, 12, 14, 15, 16, 24, 31, 32, 63, 64)
"""Of numbers whose largest, 2^n - 1, may mark a masked pixel: counters of detectors, and types."""

_BITS_OF_TYPES = (15, 16, 31, 32, 63, 64)
"""Those of types, signed and not; cameras, which saturate at the largest value, have fewer bits."""


@dataclass(frozen=True)
class _Largest:
    """The largest value of a detector or type."""

    value: int
    bits: int


def masked_pixels(sample: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the pixels that a detector marks as masked, shape (H, W), bool, and the value that marks them.

    Counting detectors give masked pixels their largest value, 2^n - 1, and defective ones 2^n - 2 (DECTRIS:
    SIMPLON API reference); programs may store them as whole floats. These pixels have it in all patterns, and
    no other pixel comes near it; a direct beam that saturates a camera has neighbours that nearly do. Where
    the value is that of a saturated camera, too, lines from edge to edge, as between the modules of a
    detector, must prove that it is a mark, and then single pixels count with them.

    Parameters
    ----------
    sample
        Shape (n, H, W).
    """
    none = np.zeros(sample.shape[1:], bool)
    mark = _largest(sample)
    if mark is None:
        return none, 0
    marked = sample >= sample.dtype.type(mark.value - 1)
    masked = marked.all(axis=0)
    rest = sample[~marked]
    clear = np.array_equal(marked.any(axis=0), masked) and rest.max(initial=0) < mark.value / 2
    whole = sample.dtype.kind != "f" or np.array_equal(rest, np.rint(rest))
    if not (clear and whole) or masked.all():
        return none, 0
    if not _is_largest_of_type(mark, sample.dtype):
        masked = _lines_and_single_pixels(masked)
    return masked, mark.value if masked.any() else 0


def saturated_share(good: np.ndarray) -> float:
    """Return how many pixels of a pattern, in the mean, have the largest value that there can be.

    Parameters
    ----------
    good
        Pixels that are not masked, shape (n, ...).
    """
    largest = good.max(initial=0)
    full = good == largest
    if good.dtype.kind in "iu" and largest == np.iinfo(good.dtype).max:
        return float(np.count_nonzero(full) / len(good))
    limit = _largest(good)
    # A detector of fewer bits than the type is not told from counts unless a pixel always has the value.
    if limit is None or largest != good.dtype.type(limit.value) or not full.all(axis=0).any():
        return 0.0
    return float(np.count_nonzero(full) / len(good))


def _largest(sample: np.ndarray) -> _Largest | None:
    """Return the largest value of a detector, or type, that the largest of a sample is, or is 1 below."""
    largest, kind = sample.max(initial=0), sample.dtype
    for bits in _BITS:
        value = 2**bits - 1
        if kind.kind in "iu" and value > np.iinfo(kind).max:
            return None
        if largest in (kind.type(value), kind.type(value - 1)):
            return _Largest(value, bits)
    return None


def _is_largest_of_type(mark: _Largest, kind: np.dtype) -> bool:
    if kind.kind == "f":
        return mark.bits in _BITS_OF_TYPES
    return kind.itemsize > 1 and mark.value == np.iinfo(kind).max


def _lines_and_single_pixels(masked: np.ndarray) -> np.ndarray:
    """Return lines of masked pixels from edge to edge and, where there are any, single pixels."""
    numbers, count = label(masked, np.ones((3, 3)))
    lines = set(numbers[0]) & set(numbers[-1]) | set(numbers[:, 0]) & set(numbers[:, -1])
    lines -= {0}
    if not lines:
        return np.zeros_like(masked)
    single = np.flatnonzero(np.bincount(numbers.ravel(), minlength=count + 1) == 1)
    return np.isin(numbers, [*lines, *single[single > 0]])
