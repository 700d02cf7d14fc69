"""From options, as they are given on the command line or in a study, to a recipe."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from keras_stem.choices import MODEL_URIS, RECIPES, VARIANTS
from keras_stem.errors import KerasStemError
from keras_stem.models.cnn import CNNConfig
from keras_stem.models.densenet import DenseNetConfig
from keras_stem.models.polar import PolarConfig
from keras_stem.models.registry import NetworkConfig, config_class
from keras_stem.models.swin import SwinConfig
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.training.recipe import Recipe

_CUSTOM_HEAD = (384,)
"""The paper does not give the width of the first of the two linear layers."""

TUNING_RATE = 1e-4
"""Highest learning rate of networks whose weights have learned already."""

TUNING_EPOCHS = 20
"""Of networks whose weights have learned such patterns already."""

_CNN = Recipe(
    network=CNNConfig(),
    target="euler",
    augmentation=None,
    learning_rate=5e-4,
    schedule="exponential",
    weight_decay=0.0,
    clip_norm=0.0,
    max_epochs=200,
    score_every=10,
    stop="r2>0.95",
)
_DENSENET = replace(_CNN, network=DenseNetConfig())
_SWIN = replace(_CNN, network=SwinConfig(), batch_size=32, learning_rate=1e-4, schedule="constant")

_PAPER = {
    ("cnn", None): _CNN,
    ("densenet", "plain"): _DENSENET,
    ("densenet", "pre-trained"): replace(_DENSENET, weights="imagenet"),
    ("swin", "modified-fc"): _SWIN,
    ("swin", "custom-fc"): replace(_SWIN, network=SwinConfig(head_widths=_CUSTOM_HEAD)),
    ("swin", "adjust-model"): replace(_SWIN, weights="imagenet"),
    ("swin", "adjust-images"): replace(_SWIN, network=SwinConfig(resize=224), weights="imagenet"),
}

# Only the polar network turns its answer with the pattern. The CNN, with patterns turned by all angles, was
# 28 deg off after 120 epochs, and 1 deg after 40 without.
_UPRIGHT = Recipe(augmentation=Augmentation(rotate=False, mirror=False))

_DEFAULT = {
    "polar": Recipe(),
    "cnn": _UPRIGHT,
    "densenet": replace(_UPRIGHT, max_epochs=40),
    "swin": replace(_UPRIGHT, batch_size=32, learning_rate=3e-4, max_epochs=40),
}
"""What differs from architecture to architecture, besides the network."""


_SIMULATED = {
    "augmentation": None,
    "batch_size": 128,
    "learning_rate": 2e-3,
    "max_epochs": 55,
    "score_every": 10,
}
"""What differs where patterns are simulated: no pattern is seen twice, and there are many."""


def paper_recipe(arch: str = "cnn", variant: str | None = None) -> Recipe:
    """Return the recipe of Wissel et al. for a network.

    Parameters
    ----------
    arch
        "cnn", "densenet" or "swin".
    variant
        One of the architecture's `keras_stem.choices.VARIANTS`; the first by default.

    Raises
    ------
    KerasStemError
        If the paper has no such network.
    """
    if arch == "polar":
        raise KerasStemError("The paper has no polar network; its networks are cnn, densenet and swin.")
    known = VARIANTS.get(arch, ())
    found = _PAPER.get((arch, variant or (known[0] if known else None)))
    if found is None:
        config_class(arch)
        variants = ", ".join(known) or "none"
        raise KerasStemError(f"Expected a variant of {arch} out of {variants}, found {variant!r}.")
    return found


def default_recipe(arch: str = "polar", variant: str | None = None) -> Recipe:
    """Return our recipe for a network: rotations with the crystal's symmetry, and exact augmentation.

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
    config_class(arch)
    if arch == "polar" and variant is None:
        return _DEFAULT[arch]
    paper = paper_recipe(arch, variant)
    return replace(_DEFAULT[arch], network=paper.network, weights=paper.weights)


def recipe_from_options(options: Mapping[str, Any], strict: bool = True) -> Recipe:
    """Return the default or the paper's recipe for a network, changed by options.

    Parameters
    ----------
    options
        Values by name: "recipe" ("default" or "paper"), "arch", "variant", "min_q", "min_r", "augment"
        (whether there is any augmentation), the fields of `Recipe` ("simulation" among them), of its
        augmentation and of the options of the network. None stands for what the recipe has.
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
    if "simulation" in given:
        _require_no_scan_options(given)
    recipe = _named_recipe(given)
    network, given = _changed_network(recipe.network, given, strict)
    augmentation = _changed_augmentation(recipe.augmentation, given)
    thresholds = {name: given.pop(f"min_{name}") for name in ("q", "r") if f"min_{name}" in given}
    unknown = given.keys() - {field.name for field in fields(Recipe)}
    if unknown:
        raise KerasStemError(f"There is no option {min(unknown).replace('_', '-')!r} for a training.")
    if recipe.target != "euler" and (given.get("weights") or recipe.weights):
        given.setdefault("learning_rate", TUNING_RATE)
    if recipe.target != "euler" and str(given.get("weights", "")).startswith(MODEL_URIS):
        given.setdefault("max_epochs", TUNING_EPOCHS)
    thresholds = replace(recipe.thresholds, **thresholds)
    return replace(recipe, network=network, thresholds=thresholds, augmentation=augmentation, **given)


def _require_no_scan_options(given: Mapping[str, Any]) -> None:
    of_scans = {"augment", "min_q", "min_r", "split", "binning", "cache"}
    of_scans |= {field.name for field in fields(Augmentation)}
    foreign = sorted(of_scans & given.keys())
    if foreign:
        raise KerasStemError(
            f"--{foreign[0].replace('_', '-')} is for trainings on a scan, not for --simulate."
        )


def _named_recipe(given: dict[str, Any]) -> Recipe:
    name = given.pop("recipe", RECIPES[0])
    if name not in RECIPES:
        raise KerasStemError(f"Expected a recipe out of {', '.join(RECIPES)}, found {name!r}.")
    variant = given.pop("variant", None)
    if name == "paper":
        return paper_recipe(given.pop("arch", "cnn"), variant)
    recipe = default_recipe(given.pop("arch", "polar"), variant)
    if "simulation" in given:
        recipe = replace(recipe, **_SIMULATED)
    return recipe


def _changed_augmentation(augmentation: Augmentation | None, given: dict[str, Any]) -> Augmentation | None:
    """Return the augmentation with its options, which are taken out of those given."""
    wanted = given.pop("augment", augmentation is not None)
    own = {field.name: given.pop(field.name) for field in fields(Augmentation) if field.name in given}
    if own and not wanted:
        raise KerasStemError(f"--{min(own).replace('_', '-')} is of the augmentation, which is off.")
    return replace(augmentation or Augmentation(), **own) if wanted else None


def _changed_network(
    network: NetworkConfig, given: dict[str, Any], strict: bool
) -> tuple[NetworkConfig, dict[str, Any]]:
    """Return the network with its options, and the options that are not of any network."""
    networks = (PolarConfig, CNNConfig, DenseNetConfig, SwinConfig)
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
