"""Reading of the patterns of a vendor's file, block by block."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dask.array as da
import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.readers import reason
from keras_stem.scan.values import reading_type, require_finite
from keras_stem.scan.vendor import VendorPatterns, read_vendor_file
from keras_stem.workflow.conversion import Conversion

BLOCK_BYTES = 64 << 20
"""Approximate size of a block (bytes); the next block is read while the current one is written."""


@dataclass(frozen=True)
class RowBlock:
    """Rows of a scan that are converted together.

    Parameters
    ----------
    first, last
        First row, and the row after the last one.
    shifts
        Shifts that centre the patterns of these rows, shape (n, 2); None if they are not centred.
    """

    first: int
    last: int
    shifts: np.ndarray | None = None


class SourcePatterns:
    """Patterns of a vendor's file that are converted.

    Parameters
    ----------
    data
        Lazy array of all patterns of the file, shape (y, x, ky, kx) or (n, ky, kx).
    conversion
        Settings of the conversion, of which the scan shape, the crops and the scan binning are used.
    path
        Path of the file, for error messages.
    scheduler
        Scheduler of Dask that reads a block: "threads", or "synchronous" where several processes read. The
        workers of a cluster never read for the client, since opened files cannot be sent to them.

    Raises
    ------
    KerasStemError
        If the scan shape does not match the number of patterns, or the cropped region is empty.
    """

    def __init__(self, data: da.Array, conversion: Conversion, path: str | Path, scheduler: str = "threads"):
        self._data = _cropped(_four_dimensional(data, conversion.scan_shape, path), conversion)
        self._factor = conversion.scan_binning
        self._path = path
        self._scheduler = scheduler
        self.shape: tuple[int, ...] = self._data.shape
        self.dtype = reading_type(data.dtype)

    def blocks(self) -> list[RowBlock]:
        """Return the rows of the scan in blocks.

        The blocks are aligned with the chunks of the file where possible, and their numbers of rows are
        multiples of the scan binning.
        """
        row_bytes = int(np.prod(self.shape[1:])) * self._data.dtype.itemsize
        most = max(1, BLOCK_BYTES // row_bytes)
        chunk = self._data.chunks[0][0]
        rows = max(self._factor, min(most, max(chunk, most // chunk * chunk)) // self._factor * self._factor)
        return [RowBlock(first, min(first + rows, self.shape[0])) for first in range(0, self.shape[0], rows)]

    def read(self, blocks: Sequence[RowBlock]) -> Iterator[np.ndarray]:
        """Yield the patterns (rows, columns, H, W) of each block; the next one is read meanwhile.

        Raises
        ------
        KerasStemError
            If the file cannot be read, or a value is not finite.
        """
        parts = [self._computing(self._data[block.first : block.last]) for block in blocks]
        for block, read in zip(blocks, _read_ahead(parts, self._path), strict=True):
            positions = block.first * self.shape[1] + np.arange(len(read) * self.shape[1])
            patterns = self._checked(read.reshape(-1, *read.shape[2:]), positions)
            yield patterns.reshape(read.shape)

    def sample(self, count: int) -> np.ndarray:
        """Return the patterns, shape (n, H, W), at up to ``count`` positions evenly spaced over the scan.

        Raises
        ------
        KerasStemError
            If the file cannot be read, or a value is not finite.
        """
        size = self.shape[0] * self.shape[1]
        positions = np.unique(np.linspace(0, size - 1, count).astype(int))
        sampled = self._data.reshape(size, *self.shape[2:])[positions]
        [patterns] = _read_ahead([self._computing(sampled)], self._path)
        return self._checked(patterns, positions)

    def _computing(self, part: da.Array) -> Callable[[], np.ndarray]:
        return partial(part.compute, scheduler=self._scheduler)

    def _checked(self, patterns: np.ndarray, positions: np.ndarray) -> np.ndarray:
        patterns = patterns.astype(self.dtype, copy=False)

        def place(number: int) -> str:
            row, column = divmod(int(positions[number]), self.shape[1])
            return f"the pattern at row {row}, column {column} of {self._path}; crop it away"

        require_finite(patterns, place)
        return patterns


def open_source(
    path: str | Path, conversion: Conversion, scheduler: str = "threads"
) -> tuple[VendorPatterns, SourcePatterns]:
    """Open the patterns of a vendor's file, and those of them that are converted.

    Parameters
    ----------
    path
        Path of a file that RosettaSciIO reads.
    conversion
        Settings of the conversion.
    scheduler
        As for `SourcePatterns`.

    Raises
    ------
    KerasStemError
        If the file cannot be opened, or the settings do not apply to it.
    """
    vendor = read_vendor_file(path, stack=conversion.scan_shape is not None)
    return vendor, SourcePatterns(vendor.data, conversion, path, scheduler)


def _four_dimensional(data: da.Array, shape: tuple[int, int] | None, source: str | Path) -> da.Array:
    positions = int(np.prod(data.shape[:-2]))
    if shape is None:
        if data.ndim == 4:
            return data
        raise KerasStemError(
            f"{source} holds a stack of {positions} patterns; give rows and columns with --scan-shape."
        )
    if shape[0] * shape[1] != positions:
        raise KerasStemError(
            f"Expected {shape[0]} x {shape[1]} = {shape[0] * shape[1]} patterns in {source}, "
            f"found {positions}."
        )
    return data.reshape(*shape, *data.shape[-2:])


def _cropped(data: da.Array, conversion: Conversion) -> da.Array:
    (top, bottom, left, right), (low, high, first, last) = conversion.scan_crop, conversion.crop
    cropped = data[top:bottom, left:right, low:high, first:last]
    rows, columns = (size // conversion.scan_binning for size in cropped.shape[:2])
    if not (rows and columns and cropped.size):
        raise KerasStemError(
            f"Expected positions and pixels after cropping and binning, found none left of {data.shape}."
        )
    return cropped[: rows * conversion.scan_binning, : columns * conversion.scan_binning]


def _read_ahead(parts: list[Callable[[], np.ndarray]], source: str | Path) -> Iterator[np.ndarray]:
    """Yield the parts, each of which is read while the previous one is written."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(parts[0])
        for following in [*parts[1:], None]:
            try:
                block = coming.result()
            except Exception as error:  # decoding can raise exceptions of any type
                raise KerasStemError(f"Cannot read the patterns of {source}: {reason(error)}.") from error
            if following is not None:
                coming = reader.submit(following)
            yield block
