"""Validated access to single items of HDF5 files of unknown content, with errors that name the item."""

from typing import Any

import h5py
import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.schema import shortened

_LARGE = 1 << 26
"""Size below which data sets are read without checking their storage (bytes)."""

_NOTICEABLE = 1 << 20
"""Bytes. Larger data sets of which nothing is stored were never filled; small chunks take long to read."""

_SPARSE = 1000
"""Largest plausible ratio of the declared to the stored size of a data set."""


def item(group: h5py.Group, name: str) -> Any:
    """Return a group or data set; None if it does not exist or is a broken link."""
    try:
        return group.get(name)
    except (KeyError, OSError, RuntimeError, ValueError):  # circular links or a corrupted file
        return None


def require_group(group: h5py.Group, name: str) -> h5py.Group:
    """Return a group. Raises `KerasStemError` if it does not exist."""
    found = item(group, name)
    if not isinstance(found, h5py.Group):
        raise KerasStemError(f"Expected a group {place(group, name)}, found {_what(group, name, found)}.")
    return found


def require_dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    """Return a data set with values. Raises `KerasStemError` if it does not exist."""
    found = item(group, name)
    if not isinstance(found, h5py.Dataset) or found.shape is None:
        raise KerasStemError(f"Expected a data set {place(group, name)}, found {_what(group, name, found)}.")
    return found


def require_numbers(data: h5py.Dataset, kinds: str = "biuf") -> h5py.Dataset:
    """Return a data set. Raises `KerasStemError` unless its values are real numbers and are stored.

    Parameters
    ----------
    data
        The data set.
    kinds
        NumPy type kinds that are allowed.
    """
    if data.dtype.kind not in kinds:
        wanted = "whole numbers" if "f" not in kinds else "real numbers"
        raise KerasStemError(
            f"Expected {wanted} in {place(data)}, found values of type {shortened(str(data.dtype))}."
        )
    require_stored(data)
    return data


def require_stored(data: h5py.Dataset) -> None:
    """Raise `KerasStemError` if a data set declares a large size but stores almost nothing."""
    if data.shape is None or data.is_virtual or data.external:  # stored elsewhere
        return
    declared, stored = data.size * data.dtype.itemsize, data.id.get_storage_size()
    unfilled = declared > _NOTICEABLE and not stored
    if unfilled or (declared > _LARGE and stored * _SPARSE < declared):
        size = " x ".join(map(str, data.shape))
        raise KerasStemError(
            f"Expected the values of {place(data)}, found {stored:,} bytes for a size of {size}; "
            "the file is incomplete."
        )


def require_readable_tree(group: h5py.Group, above: frozenset = frozenset()) -> None:
    """Raise `KerasStemError` if a group contains itself, or a data set that only declares its size.

    Readers that follow all links would not terminate.

    Parameters
    ----------
    group
        Group that is checked with everything below it.
    above
        Addresses of the groups that contain it.
    """
    own = _address(group)
    if own in above:
        raise KerasStemError(f"Expected groups inside each other, but {place(group)} holds itself.")
    for name in group:
        found = item(group, name)
        if isinstance(found, h5py.Group):
            require_readable_tree(found, above | {own})
        elif isinstance(found, h5py.Dataset):
            require_stored(found)


def _address(group: h5py.Group) -> tuple[int, int]:
    told = h5py.h5o.get_info(group.id)
    return told.fileno, told.addr


def read_numbers(group: h5py.Group, name: str, kinds: str = "biuf") -> np.ndarray:
    """Return a data set of numbers. Raises `KerasStemError` if it is of another type or unreadable."""
    data = require_numbers(require_dataset(group, name), kinds)
    try:
        return np.asarray(data[()])
    except (OSError, MemoryError) as error:
        raise KerasStemError(f"Cannot read {place(data)}: {' '.join(str(error).split())}.") from error


def read_text(group: h5py.Group, name: str) -> str:
    """Return text, as written by orix or of variable length. Raises `KerasStemError` for other data."""
    data = require_dataset(group, name)
    values = np.ravel(data[()]) if data.size == 1 else np.zeros(0)
    if data.size != 1 or not isinstance(values[0], str | bytes):
        raise KerasStemError(f"Expected text in {place(data)}, found {_values_text(data)}.")
    return decoded(values[0])


def decoded(text: str | bytes) -> str:
    """Return decoded text from bytes in UTF-8, truncated UTF-8 or Latin-1."""
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)
    data = data.rstrip(b"\0")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # orix truncates text to its number of characters
            return data.decode(errors="ignore")
        return data.decode("latin-1")


def attribute(holder: h5py.Group | h5py.Dataset, name: str) -> Any:
    """Return an attribute as text, a number or an array; None if it does not exist."""
    try:
        value = holder.attrs.get(name)
    except (KeyError, OSError, RuntimeError, TypeError, ValueError):  # of a type that h5py does not support
        return None
    if isinstance(value, h5py.Empty):
        return None
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    return decoded(value) if isinstance(value, str | bytes) else value


def as_number(value: Any, name: str, where: str, finite: bool = True) -> float | None:
    """Return the value of an attribute as a number; None if it is None.

    Parameters
    ----------
    value
        The value.
    name, where
        Name of the attribute and place of what it belongs to, for messages.
    finite
        Whether the number has to be finite.

    Raises
    ------
    KerasStemError
        Unless the value is real, and finite if required.
    """
    if value is None:
        return None
    try:
        number = None if isinstance(value, complex) else float(value)
    except (TypeError, ValueError):
        number = None
    if number is None or (finite and not np.isfinite(number)):
        raise KerasStemError(
            f"Expected a number as the attribute {name} of {where}, found {shortened(value)}."
        )
    return number


def place(holder: h5py.Group | h5py.Dataset, name: str = "") -> str:
    """Return the path of an item within its file and the file name, for messages."""
    path = f"{holder.name.rstrip('/')}/{name}" if name else holder.name
    return f"{path} in {holder.file.filename}"


def _what(group: h5py.Group, name: str, found: Any) -> str:
    if isinstance(found, h5py.Group):
        return "a group"
    if isinstance(found, h5py.Dataset):
        return "an empty data set" if found.shape is None else "a data set"
    link = group.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        return f"a link to {link.path} in {link.filename}, which cannot be followed"
    if isinstance(link, h5py.SoftLink):
        return f"a link to {link.path}, which leads nowhere"
    return "none"


def _values_text(data: h5py.Dataset) -> str:
    return f"values of type {shortened(str(data.dtype))} and shape {data.shape}"
