"""Registry of networks, both of this package and of other packages that declare them as entry points."""

import importlib
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from keras_stem.errors import KerasStemError
from keras_stem.networks.declaration import NetworkConfig

GROUP = "keras_stem.networks"
"""Entry-point group in which other packages declare the option classes of their networks."""

_OWN = {
    "polar": "keras_stem.networks.polar.options:PolarConfig",
    "cnn": "keras_stem.networks.cnn.options:CNNConfig",
    "densenet": "keras_stem.networks.densenet.options:DenseNetConfig",
    "swin": "keras_stem.networks.swin.options:SwinConfig",
}


def network_names() -> tuple[str, ...]:
    """Return the names of all networks, starting with those of this package."""
    return tuple(_entries())


def config_class(arch: str) -> type[NetworkConfig]:
    """Return the option class of a network.

    Parameters
    ----------
    arch
        Name of the network, one of `network_names`.

    Raises
    ------
    KerasStemError
        If the network is unknown, or the package that declares it cannot be imported.
    """
    entries = _entries()
    if arch not in entries:
        raise KerasStemError(f"Expected an architecture out of {', '.join(entries)}, found {arch!r}.")
    entry = entries[arch]
    try:
        found = entry.load()
    except Exception as error:  # the import of another package can raise any exception
        raise KerasStemError(f"Cannot import the network {arch} from {entry.value}: {error}") from error
    if getattr(found, "arch", None) != arch:
        raise KerasStemError(f"Expected the options of the network {arch} in {entry.value}, found {found!r}.")
    return found


def config_classes() -> dict[str, type[NetworkConfig]]:
    """Return the option classes of all networks whose packages can be imported, by network name."""
    found = {}
    for arch in network_names():
        try:
            found[arch] = config_class(arch)
        except KerasStemError:
            if arch in _OWN:
                raise
    return found


def import_builders() -> None:
    """Import the builders of all networks, which registers their layers with Keras."""
    for config in config_classes().values():
        importlib.import_module(config.builder.partition(":")[0])


@cache
def _entries() -> dict[str, EntryPoint]:
    own = {name: EntryPoint(name, value, GROUP) for name, value in _OWN.items()}
    others = {entry.name: entry for entry in entry_points(group=GROUP)}
    return own | {name: entry for name, entry in sorted(others.items()) if name not in own}
