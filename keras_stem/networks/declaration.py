"""Declaration of networks, without importing Keras."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar

RESERVED = frozenset(
    (
        *("ambiguity", "arch", "augment", "augmentation", "background", "batch_size", "binning"),
        *("cache", "clamp", "clip_norm", "config", "data", "decay_per", "devices", "distance"),
        *("dose_scale", "dry_run", "freeze", "hot_pixels", "keep_cell", "learning_rate", "like"),
        *("max_epochs", "min_q", "min_r", "mirror", "missing", "name", "network", "overlap_fraction"),
        *("patterns", "precision", "pretrained", "recipe", "resume", "rotate", "save_config"),
        *("scale", "scan", "schedule", "scheduler", "score_every", "seed", "shift", "simulate"),
        *("space_group", "split", "stop", "symmetry", "symmetry_tolerance", "target", "thresholds"),
        *("train_on", "variant", "weight_decay", "weights", "workers"),
    )
)
"""Names of the options of every training, which an option of a network cannot have."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Variant:
    """Named variant of a network.

    Parameters
    ----------
    options
        Options of the network that differ from the defaults.
    weights
        Initial weights; None for random ones.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    weights: str | None = None


@dataclass(frozen=True)
class Pretrained:
    """Pre-trained weights of other programs for a network.

    Parameters
    ----------
    module
        Name of a module with the functions ``imagenet() -> keras.Model``, which downloads weights trained on
        ImageNet, ``writers() -> Iterator[keras.Model]``, which yields the networks of other programs that may
        have written a weights file, and, if the weights have different paths there,
        ``own_path(path) -> str``.
    offline
        Value of ``--weights`` to suggest if nothing can be downloaded.
    folders
        Whether the module also has ``from_folder(path) -> keras.Model``.
    """

    module: str
    offline: str
    folders: bool = False


class NetworkConfig:
    """Base class of the options of a network, from which a frozen dataclass is derived for each network.

    The fields are the options, declared with `option`. Their names (none of `RESERVED`), defaults, ranges and
    help texts become options of ``kstem fit`` and keys of study descriptions. ``__post_init__`` raises
    `KerasStemError` for inconsistent values.

    Attributes
    ----------
    arch
        Name of the network in commands, recipes and model cards.
    title
        Name of the network in figures and tables.
    summary
        One-line description for the documentation and the help.
    builder
        "module:function" of ``function(input_shape, outputs, config) -> keras.Model``, which maps patterns
        in [0, 1], (B, H, W, 1), to the output.
    output
        Kind of output: "vector" for (B, outputs), or "azimuths" for (B, azimuths, outputs), in which case a
        rotation of the pattern about the beam shifts the output along the azimuths.
    geometry
        Whether the network takes the detector geometry, (B, 3), as a second input; the builder then returns a
        model with two inputs.
    any_size
        Whether the shapes of the weights are independent of the size of the patterns.
    variants
        Variants by name; the first is the default.
    recipe
        Options of the default recipe (as accepted by ``kstem fit``) that are overridden for this network.
    pretrained
        Pre-trained weights of other programs; None if there are none.
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
        Help text of one sentence for ``kstem fit --help``.
    minimum
        Smallest accepted value; None for no limit.

    Returns
    -------
    dataclasses.Field
    """
    return field(default=default, metadata={"help": help, "minimum": minimum})


def option_names(config: type[NetworkConfig]) -> set[str]:
    """Return the names of the options of a network."""
    return {one.name for one in fields(config)}  # type: ignore[arg-type] # subclasses are dataclasses


def variant_name(network: NetworkConfig, weights: str | None) -> str | None:
    """Return the name of the variant that has the options of a network, or None.

    Parameters
    ----------
    network
        Options of the network.
    weights
        Initial weights, of any source; None if they were random.
    """
    changed = {name for variant in network.variants.values() for name in variant.options}
    for name, variant in network.variants.items():
        alike = type(network)(**variant.options)
        same = all(getattr(network, option) == getattr(alike, option) for option in changed)
        if same and (weights is None) == (variant.weights is None):
            return name
    return None
