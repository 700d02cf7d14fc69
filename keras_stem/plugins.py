"""Plugins: objects of this package and entry points of other packages in one table."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from keras_stem.errors import KerasStemError, reason_of


def plugins(group: str, own: Mapping[str, str]) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name, without importing them.

    Parameters
    ----------
    group
        Entry-point group.
    own
        Values ("module:attribute") of this package by name. They come first, and entry points of other
        packages cannot replace them.
    """
    ours = {name: EntryPoint(name, value, group) for name, value in own.items()}
    others = {entry.name: entry for entry in sorted(entry_points(group=group), key=lambda one: one.name)}
    return ours | {name: entry for name, entry in others.items() if name not in ours}


def loaded(entry: EntryPoint, kind: str) -> Any:
    """Return the object of an entry point.

    Parameters
    ----------
    entry
        Entry point.
    kind
        What the object is, for the message.

    Raises
    ------
    KerasStemError
        If the package that declares it cannot be imported.
    """
    try:
        return entry.load()
    except Exception as error:  # the import of another package can raise any exception
        reason = reason_of(error)
        raise KerasStemError(f"Cannot import the {kind} {entry.name} from {entry.value}: {reason}") from error
