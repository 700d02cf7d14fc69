"""What a network declares about itself, without importing Keras."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Variant:
    """One of the variants in which a network is trained.

    Parameters
    ----------
    options
        Options of the network in which the variant differs from the defaults.
    weights
        Weights to start from; None for random ones.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    weights: str | None = None


@dataclass(frozen=True)
class Pretrained:
    """Weights of other programs that a network can start from.

    Parameters
    ----------
    module
        Module with the functions ``imagenet() -> keras.Model``, which downloads weights trained on ImageNet,
        ``writers() -> Iterator[keras.Model]``, the foreign networks that may have written a file of weights,
        and, where their weights have other paths, ``own_path(path) -> str``.
    offline
        What to give to ``--weights`` where nothing can be downloaded.
    folders
        Whether the module also has ``from_folder(path) -> keras.Model``.
    """

    module: str
    offline: str
    folders: bool = False


class NetworkConfig:
    """Options of a network; each network is a frozen dataclass that derives from this class.

    Its fields are the options, made by `option`, whose names, defaults, ranges and help become options of
    ``kstem fit`` and keys of study descriptions. ``__post_init__`` raises `KerasStemError` for values that
    do not go together.

    Attributes
    ----------
    arch
        Name of the network in commands, recipes and model cards.
    title
        Name of the network in figures and tables.
    summary
        One line for the documentation and the help.
    builder
        "module:function" of ``function(input_shape, outputs, config) -> keras.Model``, which maps patterns
        in [0, 1], (B, H, W, 1), to the output below.
    output
        "vector" for (B, outputs), or "azimuths" for (B, azimuths, outputs), where a pattern that is rotated
        about the beam shifts the output along the azimuths.
    geometry
        Whether the network takes the geometry of the detector, (B, 3), as a second input; the builder gives a
        model of two inputs then.
    any_size
        Whether the weights are the same for all sizes of the patterns.
    variants
        Variants by name; the first is the default.
    recipe
        Options of the default recipe (as ``kstem fit`` takes them) in which this network differs.
    pretrained
        Weights of other programs that the network can start from; None if there are none.
    """

    arch: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    builder: ClassVar[str]
    output: ClassVar[str] = "vector"
    geometry: ClassVar[bool] = False
    any_size: ClassVar[bool] = False
    variants: ClassVar[Mapping[str, Variant]] = _NOTHING
    recipe: ClassVar[Mapping[str, Any]] = _NOTHING
    pretrained: ClassVar[Pretrained | None] = None


def option(default: Any, help: str, minimum: float | None = None) -> Any:
    """Declare an option of a network as a field of its dataclass.

    Parameters
    ----------
    default
        Default value: a number, a tuple of integers, or None with an annotation such as ``int | None``.
    help
        One sentence for ``kstem fit --help``.
    minimum
        Smallest value that is accepted; None for any.

    Returns
    -------
    dataclasses.Field
    """
    return field(default=default, metadata={"help": help, "minimum": minimum})


def option_names(config: type[NetworkConfig]) -> set[str]:
    """Return the names of a network's options."""
    return {one.name for one in fields(config)}
