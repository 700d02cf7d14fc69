"""The formats of maps by suffix: those of this package, and those of others as entry points."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from keras_stem.choices import FRAMES
from keras_stem.errors import KerasStemError, reason_of

if TYPE_CHECKING:
    from keras_stem.crystal.frames import Frame
    from keras_stem.io.map_format import MapFormat

GROUP = "keras_stem.map_formats"
"""Group of entry points in which other packages name their formats, by the suffix without its dot."""

_OWN = {
    "ang": "keras_stem.io.ang:FORMAT",
    "ctf": "keras_stem.io.ctf:FORMAT",
    "csv": "keras_stem.io.csv_table:FORMAT",
}


def suffixes() -> tuple[str, ...]:
    """Return the suffixes of all formats, without importing them."""
    return tuple(f".{name}" for name in _entries())


def map_format(suffix: str) -> "MapFormat | None":
    """Return the format of files with a suffix, or None if there is none.

    Parameters
    ----------
    suffix
        Suffix with its dot, in any case.

    Raises
    ------
    KerasStemError
        If the package that declares it cannot be imported.
    """
    entry = _entries().get(suffix.lower().removeprefix("."))
    if entry is None:
        return None
    try:
        return entry.load()
    except Exception as error:  # whatever another package raises while it is imported
        raise KerasStemError(
            f"Cannot import the format {entry.name} from {entry.value}: {reason_of(error)}"
        ) from error


def map_formats() -> list["MapFormat"]:
    """Return all formats, those of this package first."""
    return [found for suffix in suffixes() if (found := map_format(suffix)) is not None]


def writable_suffixes() -> tuple[str, ...]:
    """Return the suffixes of the formats in which maps are written: orix's first."""
    return (".h5", *(one.suffix for one in map_formats() if one.write is not None))


def frames() -> dict[str, "Frame"]:
    """Return all conventions of Euler angles by their names: this package's first, then those of formats."""
    from keras_stem.crystal.frames import FRAMES as OWN

    return OWN | {name: frame for one in map_formats() for name, frame in one.frames.items()}


def frame_names() -> tuple[str, ...]:
    """Return the names of all conventions; formats of other packages are imported for theirs."""
    others = [name for name in _entries() if name not in _OWN]
    return FRAMES if not others else tuple(frames())


@cache
def _entries() -> dict[str, EntryPoint]:
    own = {name: EntryPoint(name, value, GROUP) for name, value in _OWN.items()}
    others = {entry.name: entry for entry in entry_points(group=GROUP)}
    return own | {name: entry for name, entry in sorted(others.items()) if name not in own}
