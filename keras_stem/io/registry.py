"""Registry of map formats by suffix: those of this package and entry points of other packages."""

from functools import cache
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

from keras_stem.choices import FRAMES
from keras_stem.plugins import loaded, plugins

if TYPE_CHECKING:
    from keras_stem.crystal.frames import Frame
    from keras_stem.io.map_format import MapFormat

GROUP = "keras_stem.map_formats"
"""Entry point group in which other packages register formats under the suffix without its dot."""

_OWN = {
    "h5": "keras_stem.io.hdf5_maps:FORMAT",
    "ang": "keras_stem.io.ang:FORMAT",
    "ctf": "keras_stem.io.ctf:FORMAT",
    "csv": "keras_stem.io.csv_table:FORMAT",
}


def suffixes() -> tuple[str, ...]:
    """Return the suffixes of all formats, without importing them."""
    return tuple(f".{name}" for name in _entries())


def map_format(suffix: str) -> "MapFormat | None":
    """Return the format for a suffix, or None if there is none.

    Parameters
    ----------
    suffix
        Suffix with its dot, in any case.

    Raises
    ------
    KerasStemError
        If the package that provides the format cannot be imported.
    """
    entry = _entries().get(suffix.lower().removeprefix("."))
    return None if entry is None else loaded(entry, "format")


def map_formats() -> list["MapFormat"]:
    """Return all formats, those of this package first."""
    return [found for suffix in suffixes() if (found := map_format(suffix)) is not None]


def writable_formats() -> list["MapFormat"]:
    """Return the formats that can be written, beginning with that of orix."""
    return [one for one in map_formats() if one.write is not None]


def frames() -> dict[str, "Frame"]:
    """Return all Euler angle conventions by name, those of this package before those of formats."""
    from keras_stem.crystal.frames import FRAMES as OWN

    return OWN | {name: frame for one in map_formats() for name, frame in one.frames.items()}


def frame_names() -> tuple[str, ...]:
    """Return the names of all conventions, importing the formats of other packages if there are any."""
    others = [name for name in _entries() if name not in _OWN]
    return FRAMES if not others else tuple(frames())


@cache
def _entries() -> dict[str, EntryPoint]:
    return plugins(GROUP, _OWN)
