"""From options, as they are given on the command line or in a study, to a recipe."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from keras_stem.choices import VARIANTS
from keras_stem.errors import KerasStemError
from keras_stem.models.cnn import CNNConfig
from keras_stem.models.densenet import DenseNetConfig
from keras_stem.models.registry import NetworkConfig, config_class
from keras_stem.models.swin import SwinConfig
from keras_stem.training.recipe import Recipe

_CUSTOM_HEAD = (384,)
"""The paper does not give the width of the first of the two linear layers."""

_SWIN = Recipe(network=SwinConfig(), batch_size=32, learning_rate=1e-4, schedule="constant")

_PAPER = {
    ("cnn", None): Recipe(network=CNNConfig()),
    ("densenet", "plain"): Recipe(network=DenseNetConfig()),
    ("densenet", "pre-trained"): Recipe(network=DenseNetConfig(), weights="imagenet"),
    ("swin", "modified-fc"): _SWIN,
    ("swin", "custom-fc"): replace(_SWIN, network=SwinConfig(head_widths=_CUSTOM_HEAD)),
    ("swin", "adjust-model"): replace(_SWIN, weights="imagenet"),
    ("swin", "adjust-images"): replace(_SWIN, network=SwinConfig(resize=224), weights="imagenet"),
}


def paper_recipe(arch: str = "cnn", variant: str | None = None) -> Recipe:
    """Return the recipe of Wissel et al. for a network.

    Parameters
    ----------
    arch
        One of `keras_stem.choices.ARCHITECTURES`.
    variant
        One of the architecture's `keras_stem.choices.VARIANTS`; the first by default.

    Raises
    ------
    KerasStemError
        If there is no such network.
    """
    known = VARIANTS.get(arch, ())
    found = _PAPER.get((arch, variant or (known[0] if known else None)))
    if found is None:
        config_class(arch)
        variants = ", ".join(known) or "none"
        raise KerasStemError(f"Expected a variant of {arch} out of {variants}, found {variant!r}.")
    return found


def recipe_from_options(options: Mapping[str, Any], strict: bool = True) -> Recipe:
    """Return the paper's recipe for a network, changed by options.

    Parameters
    ----------
    options
        Values by name: "arch", "variant", "min_q", "min_r", the fields of `Recipe`, and those of the options
        of the network. None stands for what the paper has.
    strict
        Whether options of other networks are an error; they are ignored otherwise.

    Returns
    -------
    Recipe

    Raises
    ------
    KerasStemError
        If an option does not exist, or has no sense for this network.
    """
    given = {name: value for name, value in options.items() if value is not None}
    recipe = paper_recipe(given.pop("arch", "cnn"), given.pop("variant", None))
    network, given = _changed_network(recipe.network, given, strict)
    thresholds = {name: given.pop(f"min_{name}") for name in ("q", "r") if f"min_{name}" in given}
    unknown = given.keys() - {field.name for field in fields(Recipe)}
    if unknown:
        raise KerasStemError(f"There is no option {min(unknown).replace('_', '-')!r} for a training.")
    return replace(recipe, network=network, thresholds=replace(recipe.thresholds, **thresholds), **given)


def _changed_network(
    network: NetworkConfig, given: dict[str, Any], strict: bool
) -> tuple[NetworkConfig, dict[str, Any]]:
    """Return the network with its options, and the options that are not of any network."""
    networks = (CNNConfig, DenseNetConfig, SwinConfig)
    of_networks = {field.name for config in networks for field in fields(config)}
    known = {field.name for field in fields(network)}
    named = {name: value for name, value in given.items() if name in of_networks}
    foreign = sorted(named.keys() - known)
    if foreign and strict:
        raise KerasStemError(f"--{foreign[0].replace('_', '-')} is no option of {network.arch}.")
    own = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in named.items()
        if name in known
    }
    return replace(network, **own), {name: v for name, v in given.items() if name not in of_networks}
