"""Metadata of a signal of HyperSpy, as read from HDF5 or Zarr."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from keras_stem.io.hdf5_items import as_number


@dataclass(frozen=True)
class Attributes:
    """Attributes of a group.

    Parameters
    ----------
    place
        Path of the group within its file and the file name, for messages.
    get
        Function that returns an attribute as text, a number or an array; None if it does not exist.
    """

    place: str
    get: Callable[[str], Any]

    def number(self, name: str, finite: bool = True) -> float | None:
        """Return a number; None if absent. Raises `KerasStemError` unless it is real and finite."""
        return as_number(self.get(name), name, self.place, finite)


class Experiment(Protocol):
    """What a file holds of a signal: the group ``/Experiments/<title>``."""

    title: str
    where: str
    """Name of the file, for messages."""
    shape: tuple[int, ...]
    """Shape of the data."""

    def attributes(self, name: str) -> Attributes | None:
        """Return the attributes of a group below; None if it does not exist."""
        ...

    def values(self, name: str) -> np.ndarray | None:
        """Return the values of an array below; None if it does not exist."""
        ...
