"""Detection of pixels that a detector marks as masked by a reserved value."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

_BITS = (8, 10, 12, 14, 15, 16, 24, 31, 32, 63, 64)
"""Bit depths n of counters and types whose largest value, 2^n - 1, may mark a masked pixel."""

_BITS_OF_TYPES = (15, 16, 31, 32, 63, 64)
"""Bit depths of signed and unsigned types; cameras, which saturate at the largest value, have fewer bits."""


@dataclass(frozen=True)
class _Largest:
    """Largest value of a detector or type."""

    value: int
    bits: int


def masked_pixels(sample: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the pixels that a detector marks as masked, shape (H, W), bool, and the marking value.

    Counting detectors assign their largest value, 2^n - 1, to masked pixels and 2^n - 2 to defective ones
    (DECTRIS: SIMPLON API reference); programs may store these as whole-number floats. Masked pixels have the
    value in all patterns, and no other pixel comes near it, whereas a direct beam that saturates a camera has
    neighbours that nearly saturate. Where the value could also be that of a saturated camera, it is accepted
    as a mark only if it forms lines from edge to edge, like the gaps between detector modules; single pixels
    are then included as well.

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
    """Return the mean number of saturated pixels per pattern.

    Parameters
    ----------
    good
        Unmasked pixels, shape (n, ...).
    """
    largest = good.max(initial=0)
    full = good == largest
    if good.dtype.kind in "iu" and largest == np.iinfo(good.dtype).max:
        return float(np.count_nonzero(full) / len(good))
    limit = _largest(good)
    # The limit of a detector with fewer bits than the type is recognised only if a pixel always has it.
    if limit is None or largest != good.dtype.type(limit.value) or not full.all(axis=0).any():
        return 0.0
    return float(np.count_nonzero(full) / len(good))


def _largest(sample: np.ndarray) -> _Largest | None:
    """Return the largest value of a detector or type that equals the sample maximum or exceeds it by 1."""
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
    """Return lines of masked pixels from edge to edge and, if there are any, single masked pixels."""
    numbers, count = label(masked, np.ones((3, 3)))
    lines = set(numbers[0]) & set(numbers[-1]) | set(numbers[:, 0]) & set(numbers[:, -1])
    lines -= {0}
    if not lines:
        return np.zeros_like(masked)
    single = np.flatnonzero(np.bincount(numbers.ravel(), minlength=count + 1) == 1)
    return np.isin(numbers, [*lines, *single[single > 0]])
