"""Registry of heads, both of this package and of other packages that declare them as entry points."""

from functools import cache
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

from keras_stem.errors import KerasStemError
from keras_stem.plugins import loaded, plugins

if TYPE_CHECKING:
    from keras_stem.heads.head import Head

GROUP = "keras_stem.heads"
"""Entry-point group in which other packages declare the classes of their heads, by target."""

_OWN = {"euler": "keras_stem.heads.euler:EulerHead", "rotation": "keras_stem.heads.rotation:RotationHead"}
"""Head classes of this package by target."""

_OTHER_OUTPUTS = {"rotation": "keras_stem.heads.votes:VotesHead"}
"""Head classes of this package for a second kind of network output, by target."""


def target_names() -> tuple[str, ...]:
    """Return the names of all targets (representations of orientations) without importing Keras."""
    return tuple(_entries())


def head_class(target: str, output: str = "vector") -> type["Head"]:
    """Return the head class of a target for a kind of network output.

    Parameters
    ----------
    target
        Name of the target, one of `target_names`.
    output
        Kind of network output, "vector" or "azimuths".

    Raises
    ------
    KerasStemError
        If there is no such head, or the package that declares it cannot be imported.
    """
    entries = _entries()
    if target not in entries:
        raise KerasStemError(f"Expected the target to be one of {', '.join(entries)}, found {target!r}.")
    found = [loaded(entry, "head") for entry in entries[target]]
    for head in found:
        if head.output == output:
            return head
    outputs = " or ".join(head.output for head in found)
    raise KerasStemError(
        f"The target {target} is for networks whose output is {outputs}, found a network with {output}."
    )


def import_heads() -> None:
    """Import all importable heads, which registers their layers with Keras."""
    for entry in (entry for entries in _entries().values() for entry in entries):
        try:
            loaded(entry, "head")
        except KerasStemError:
            if entry.value.startswith("keras_stem."):
                raise


@cache
def _entries() -> dict[str, tuple[EntryPoint, ...]]:
    second = {name: (EntryPoint(name, value, GROUP),) for name, value in _OTHER_OUTPUTS.items()}
    return {name: (entry, *second.get(name, ())) for name, entry in plugins(GROUP, _OWN).items()}
