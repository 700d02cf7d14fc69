"""Registry of networks, both of this package and of other packages that declare them as entry points."""

import importlib
from functools import cache
from importlib.metadata import EntryPoint

from keras_stem.errors import KerasStemError
from keras_stem.networks.declaration import RESERVED, NetworkConfig, option_names
from keras_stem.plugins import loaded, plugins

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
        If the network is unknown, the package that declares it cannot be imported, or one of its options has
        the name of an option of every training.
    """
    entries = _entries()
    if arch not in entries:
        raise KerasStemError(f"Expected the architecture to be one of {', '.join(entries)}, found {arch!r}.")
    found = loaded(entries[arch], "network")
    if getattr(found, "arch", None) != arch:
        place = entries[arch].value
        raise KerasStemError(f"Expected the options of the network {arch} in {place}, found {found!r}.")
    taken = sorted(option_names(found) & RESERVED)
    if taken:
        raise KerasStemError(
            f"Expected options of the network {arch} with names of their own, found {taken[0]}, which every "
            "training has; rename it."
        )
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
    return plugins(GROUP, _OWN)
