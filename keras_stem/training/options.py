"""Conversion of options, from the command line or a study description, to a recipe."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from keras_stem.choices import MODEL_URIS, RECIPES
from keras_stem.errors import KerasStemError
from keras_stem.networks.declaration import NetworkConfig, Variant, option_names
from keras_stem.networks.registry import config_class, config_classes
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.training.data_settings import DataSettings, ScanData, SimulatedData
from keras_stem.training.paper import paper_arch, paper_options
from keras_stem.training.recipe import Recipe

TUNING_RATE = 1e-4
"""Peak learning rate for fine-tuning pre-trained networks."""

TUNING_EPOCHS = 20
"""Number of epochs for fine-tuning networks that were pre-trained on diffraction patterns."""

_SIMULATED = {
    "batch_size": 128,
    "learning_rate": 2e-3,
    "max_epochs": 55,
    "score_every": 10,
}
"""Changes to the default recipe for simulated patterns, which are numerous and never seen twice."""

_THRESHOLDS = {"min_q": "q", "min_r": "r"}
_AUGMENTATION = frozenset(field.name for field in fields(Augmentation))
_OF_SCANS = {"augment", "split", "train_on", "binning", "cache", *_THRESHOLDS, *_AUGMENTATION}
"""Names of the options of `ScanData`."""


def paper_recipe(arch: str = "cnn", variant: str | None = None) -> Recipe:
    """Return the recipe of Wissel et al. for a network.

    Parameters
    ----------
    arch
        Name of the network: "cnn", "densenet" or "swin".
    variant
        Name of a variant of the network; the first by default.

    Raises
    ------
    KerasStemError
        If the paper has no such network.
    """
    config = config_class(arch)
    return _recipe_of(config, variant, paper_options(arch))


def default_recipe(arch: str = "polar", variant: str | None = None) -> Recipe:
    """Return the default recipe for a network: symmetry-aware rotation targets and exact augmentation.

    Parameters
    ----------
    arch
        Name of the network, one of `keras_stem.networks.registry.network_names`.
    variant
        Name of a variant of the network; the first by default.

    Raises
    ------
    KerasStemError
        If there is no such network or variant.
    """
    config = config_class(arch)
    return _recipe_of(config, variant, config.recipe)


def _recipe_of(config: type[NetworkConfig], variant: str | None, options: Mapping[str, Any]) -> Recipe:
    chosen = _variant(config, variant)
    network = config(**chosen.options)
    return replace(_changed(Recipe(network=network), dict(options), strict=True), weights=chosen.weights)


def _variant(config: type[NetworkConfig], name: str | None) -> Variant:
    known = config.variants
    if name is None:
        return next(iter(known.values()), Variant())
    if name not in known:
        names = ", ".join(known) or "none"
        raise KerasStemError(f"Expected the variant of {config.arch} to be one of {names}, found {name!r}.")
    return known[name]


def recipe_from_options(
    options: Mapping[str, Any], strict: bool = True, simulated: SimulatedData | None = None
) -> Recipe:
    """Return the default recipe or the paper's recipe for a network, modified by options.

    Parameters
    ----------
    options
        Option values by name: "recipe" ("default" or "paper"), "arch", "variant", "min_q", "min_r",
        "augment" (whether to augment), and the fields of `Recipe`, of its `ScanData`, of their augmentation
        and of the options of the network. None keeps the value of the recipe.
    strict
        Whether options of other networks raise an error; otherwise they are ignored.
    simulated
        Settings of the simulation, if the training patterns are simulated; None for a scan.

    Returns
    -------
    Recipe

    Raises
    ------
    KerasStemError
        If an option does not exist or does not apply to this network.
    """
    given = {name: value for name, value in options.items() if value is not None}
    recipe = _named_recipe(given, simulated)
    if recipe.target != "euler" and (given.get("weights") or recipe.weights):
        given.setdefault("learning_rate", TUNING_RATE)
    if recipe.target != "euler" and str(given.get("weights", "")).startswith(MODEL_URIS):
        given.setdefault("max_epochs", TUNING_EPOCHS)
    return _changed(recipe, given, strict)


def _changed(recipe: Recipe, given: dict[str, Any], strict: bool) -> Recipe:
    """Return a recipe with values replaced by options."""
    network, given = _changed_network(recipe.network, given, strict)
    data = _changed_data(recipe.data, {name: given.pop(name) for name in _OF_SCANS & given.keys()})
    unknown = given.keys() - {field.name for field in fields(Recipe)} | given.keys() & {"data", "network"}
    if unknown:
        raise KerasStemError(f"Training has no option {min(unknown).replace('_', '-')!r}.")
    return replace(recipe, data=data, network=network, **given)


def _changed_data(data: DataSettings, given: dict[str, Any]) -> DataSettings:
    """Return settings of training data with values replaced by options of `ScanData`."""
    if not given:
        return data
    if not isinstance(data, ScanData):
        name = min(given).replace("_", "-")
        raise KerasStemError(f"--{name} applies to training on a scan, not to --simulate.")
    thresholds = {_THRESHOLDS[name]: given.pop(name) for name in _THRESHOLDS.keys() & given.keys()}
    augmentation = _changed_augmentation(data.augmentation, given)
    thresholds = replace(data.thresholds, **thresholds)
    return replace(data, thresholds=thresholds, augmentation=augmentation, **given)


def _named_recipe(given: dict[str, Any], simulated: SimulatedData | None) -> Recipe:
    name = given.pop("recipe", RECIPES[0])
    if name not in RECIPES:
        raise KerasStemError(f"Expected the recipe to be one of {', '.join(RECIPES)}, found {name!r}.")
    variant = given.pop("variant", None)
    if name == "paper":
        recipe, changes = paper_recipe(given.pop("arch", paper_arch()), variant), {}
    else:
        recipe, changes = default_recipe(given.pop("arch", "polar"), variant), _SIMULATED
    return recipe if simulated is None else replace(recipe, data=simulated, **changes)


def _changed_augmentation(augmentation: Augmentation | None, given: dict[str, Any]) -> Augmentation | None:
    """Return the augmentation with its options replaced; they are removed from ``given``."""
    wanted = given.pop("augment", augmentation is not None)
    own = {name: given.pop(name) for name in _AUGMENTATION & given.keys()}
    if own and not wanted:
        name = min(own).replace("_", "-")
        raise KerasStemError(f"--{name} has no effect without augmentation; drop --no-augment.")
    return replace(augmentation or Augmentation(), **own) if wanted else None


def _changed_network(
    network: NetworkConfig, given: dict[str, Any], strict: bool
) -> tuple[NetworkConfig, dict[str, Any]]:
    """Return the network with its options replaced, and the options that belong to no network."""
    of_networks = set().union(*map(option_names, config_classes().values()))
    known = option_names(type(network))
    named = {name: value for name, value in given.items() if name in of_networks}
    foreign = sorted(named.keys() - known)
    if foreign and strict:
        raise KerasStemError(f"--{foreign[0].replace('_', '-')} is not an option of {network.arch}.")
    own = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in named.items()
        if name in known
    }
    return replace(network, **own), {name: v for name, v in given.items() if name not in of_networks}
