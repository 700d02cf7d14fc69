"""Properties of pattern values: their type, whether they are counts, and pixels masked by the detector.

They are determined from a sample of patterns over the whole scan, because all patterns share them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.gain import NoiseGain, estimate_gain
from keras_stem.scan.marks import masked_pixels, saturated_share

SAMPLE_PATTERNS = 64
"""Number of patterns in a sample of a scan."""

_ASK = "Convert the scan with --gain, the value of one electron, to set it."

_LARGE_GAIN = 5.0
"""Smallest gain, estimated from the noise, at which whole numbers may not be counts. Smaller values can come
from disks, binning or correlated noise."""


@dataclass(frozen=True)
class PatternValues:
    """Properties of the pattern values of a scan, determined from a sample.

    Parameters
    ----------
    smallest, largest
        Smallest and largest value of all unmasked pixels.
    negative
        Fraction of pixels below zero.
    whole
        Whether all values are whole numbers.
    masked
        Pixels that the detector marks as masked, shape (H, W), bool.
    mark
        Value of masked pixels; 0 if there are none.
    saturated
        Mean number of pixels per pattern that have the largest value of the detector or type.
    noise
        Gain estimated from the noise.
    """

    smallest: float
    largest: float
    negative: float
    whole: bool
    masked: np.ndarray
    mark: int
    saturated: float
    noise: NoiseGain

    @property
    def gain(self) -> float:
        """Value of one electron, estimated from the noise; NaN if it cannot be determined."""
        return self.noise.value

    def notes(self) -> list[str]:
        """Return remarks on the values for the user."""
        found = []
        if self.masked.any():
            found.append(
                f"The detector masks {np.sum(self.masked):,} pixels (value {self.mark}); "
                "they are replaced by the mean of the good pixels around them."
            )
        if self.negative:
            found.append(
                f"{self.negative:.1%} of the values are negative (down to {self.smallest:g}); they are kept "
                "in sums (binning, virtual images) and set to zero elsewhere."
            )
        if self.saturated:
            found.append(
                f"On average {max(self.saturated, 0.1):.1f} pixels of a pattern are saturated: they have "
                f"the largest value of the detector ({self.largest:g})."
            )
        return found


def gain_notes(values: PatternValues, known: float | None) -> list[str]:
    """Return remarks for the user on values that are not counts.

    Parameters
    ----------
    values
        Properties of the pattern values.
    known
        Gain specified by the file or the user; None if unknown.
    """
    if known is not None:
        return [] if known == 1 else [f"The values are divided by the gain {known:.4g} to count electrons."]
    if values.whole:
        if not values.gain >= _LARGE_GAIN:
            return []
        return [
            f"According to the noise, an electron has the value {values.gain:.3g}; the values are taken as "
            f"counts. {_ASK}"
        ]
    found = f"The values are not counts (fractions, up to {values.largest:.4g})"
    of_counts = values.noise.of_counts
    if np.isnan(values.gain):
        why = (
            "no noise from which the gain follows"
            if of_counts
            else "readout noise or an offset, so that no gain follows"
        )
        return [f"{found}, and have {why}; they are taken as counts. {_ASK}"]
    besides = "" if of_counts else " besides readout noise or an offset"
    told = f"according to the noise, an electron is {values.gain:.3g}{besides}; they are divided by it"
    return [f"{found}; {told}. {_ASK}"]


def sample_positions(size: int) -> np.ndarray:
    """Return the evenly spaced position indices of the sample of a scan with the given size."""
    return np.unique(np.linspace(0, size - 1, SAMPLE_PATTERNS).astype(int))


def examine(sample: np.ndarray) -> PatternValues:
    """Determine the properties of pattern values from a sample of patterns.

    Parameters
    ----------
    sample
        Shape (n, H, W), finite values as stored in the file.
    """
    masked, mark = masked_pixels(sample)
    good = sample[:, ~masked] if masked.any() else sample
    whole = good.dtype.kind in "iub" or bool(np.all(good == np.rint(good)))
    return PatternValues(
        smallest=float(good.min()),
        largest=float(good.max()),
        negative=float(np.mean(good < 0)),
        whole=whole,
        masked=masked,
        mark=mark,
        saturated=saturated_share(good),
        noise=estimate_gain(np.where(masked, 0, sample) if masked.any() else sample),
    )


def reading_type(dtype: np.dtype) -> np.dtype:
    """Return the type in which patterns are read: in native byte order, half precision as float32.

    Parameters
    ----------
    dtype
        Type of the values in the file.

    Raises
    ------
    KerasStemError
        If the values are not real numbers.
    """
    dtype = np.dtype(dtype)
    if dtype.kind not in "iubf":
        raise KerasStemError(f"Expected integer or real patterns, found values of type {dtype}.")
    if dtype.kind == "b":
        return np.dtype(np.uint8)
    if (
        dtype.kind == "f" and dtype.itemsize == 2
    ):  # largest value 65,504; whole numbers are exact up to 2,048 only
        return np.dtype(np.float32)
    return dtype.newbyteorder("=") if dtype.itemsize <= 8 else np.dtype(np.float64)


def summed_type(dtype: np.dtype, values: int) -> np.dtype:
    """Return the smallest type that holds the sum of the given number of values, signed if they are."""
    if values == 1 or dtype.kind == "f":
        return dtype
    limits = np.iinfo(dtype)
    if dtype.kind == "u":
        return np.min_scalar_type(min(int(limits.max) * values, np.iinfo(np.uint64).max))
    return np.min_scalar_type(max(int(limits.min) * values, np.iinfo(np.int64).min))


def summed(values: np.ndarray, axes: tuple[int, int]) -> np.ndarray:
    """Return the sums over two axes, in a type that holds them.

    Raises
    ------
    KerasStemError
        If no integer type holds them.
    """
    count = values.shape[axes[0]] * values.shape[axes[1]]
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8 and values.size:
        limits = np.iinfo(values.dtype)
        smallest, largest = int(values.min()), int(values.max())
        if largest * count > limits.max or smallest * count < limits.min:
            worst = max(smallest, largest, key=abs)
            raise KerasStemError(
                f"Expected values whose sum over {count} fits into 64 bits, found {worst}; "
                "leave out the binning."
            )
    return values.sum(axis=axes, dtype=summed_type(values.dtype, count))


def require_finite(patterns: np.ndarray, first_where: Callable[[int], str]) -> None:
    """Raise `KerasStemError` if a pattern contains non-finite values.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    first_where
        Function from the index of a pattern to its description in messages.
    """
    if patterns.dtype.kind != "f":
        return
    finite = np.isfinite(patterns).all(axis=(1, 2))
    if not finite.all():
        raise KerasStemError(
            f"Expected finite values, found NaN or infinity in {first_where(int(np.argmin(finite)))}."
        )


def fill_masked(patterns: np.ndarray, masked: np.ndarray) -> np.ndarray:
    """Return patterns with masked pixels replaced by the mean of good neighbours, 0 if there are none.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    masked
        Shape (H, W), bool.
    """
    if not masked.any():
        return patterns
    height, width = masked.shape
    rows, columns = np.nonzero(masked)
    down, right = (offset.ravel() for offset in np.mgrid[-2:3, -2:3])
    near_rows, near_columns = rows[:, None] + down, columns[:, None] + right
    inside = (near_rows >= 0) & (near_rows < height) & (near_columns >= 0) & (near_columns < width)
    near = np.where(inside, near_rows * width + near_columns, 0)
    good = inside & ~masked.ravel()[near]
    around = patterns.reshape(len(patterns), -1)[:, near]
    mean = np.sum(around * good, axis=2, dtype=np.float64) / np.maximum(good.sum(axis=1), 1)
    filled = patterns.copy()
    filled[:, rows, columns] = mean if patterns.dtype.kind == "f" else np.rint(mean)
    return filled
