"""Options of trainings for ``kstem fit`` and ``kstem study``; the recipe provides all other values."""

from collections.abc import Callable

import click

from keras_stem.choices import (
    AMBIGUITIES,
    DECAY_UNITS,
    DISTANCES,
    PRECISIONS,
    RECIPES,
    SCHEDULES,
    SPLITS,
    SUBSETS,
)
from keras_stem.cli.common import FINITE, NOT_NEGATIVE, FiniteRange
from keras_stem.cli.grouped import in_group
from keras_stem.cli.network_options import network_options
from keras_stem.heads.registry import target_names
from keras_stem.networks.registry import config_classes
from keras_stem.training.paper import paper_arch, paper_options

PAPER = "paper"


def _values(name: str, default: str, **others: str) -> str:
    """Return the default values of an option as text in brackets for the help.

    Parameters
    ----------
    name
        Name of the option in recipes.
    default
        Value in the default recipe.
    **others
        Values in other cases, by the name of the case.
    """
    networks = {config.title: config.recipe for config in config_classes().values()}
    cases = {title: _printed(recipe[name]) for title, recipe in networks.items() if name in recipe}
    paper = paper_options(paper_arch()).get(name)
    if paper is not None and _printed(paper) != default:
        others[PAPER] = _printed(paper)
    parts = [default, *(f"{case} {value}" for case, value in (cases | others).items() if value != default)]
    return f"  [{'; '.join(parts)}]"


def _printed(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


_DATA = (
    click.option("--min-q", type=FINITE, help="Smallest correlation index Q of DS_Q and DS_R.  [20]"),
    click.option("--min-r", type=FINITE, help="Smallest reliability R of DS_R.  [15]"),
    click.option(
        "--split",
        type=click.Choice(SPLITS),
        help="Split of DS_R into DS_Train, DS_Val and DS_Test: random positions, whole grains or blocks.  "
        "[random]",
    ),
    click.option(
        "--train-on",
        type=click.Choice(SUBSETS),
        help="Subset from which DS_Train is drawn; DS_Val and DS_Test are those of DS_R.  [DS_R]",
    ),
    click.option("--binning", type=click.IntRange(1), help="Binning factor of the patterns.  [1]"),
    click.option("--cache/--no-cache", default=None, help="Keep the training patterns in memory.  [no]"),
)
_NETWORK = (
    click.option(
        "--weights", help="Initial weights: imagenet, a checkpoint (file or folder), or a models:/ URI."
    ),
    click.option(
        "--freeze",
        type=click.IntRange(0),
        help="Number of first epochs in which only the head is trained.  [0]",
    ),
    click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        help="Precision of the network; its head and the loss stay in float32.  [float32]",
    ),
)
_ORIENTATION = (
    click.option(
        "--target",
        type=click.Choice(target_names()),
        help=f"Representation of orientations.{_values('target', 'rotation')}",
    ),
    click.option(
        "--symmetry/--no-symmetry",
        default=None,
        help="Take the loss to the nearest symmetrically equivalent label, or to that in the fundamental "
        "region.  [nearest]",
    ),
    click.option(
        "--distance",
        type=click.Choice(DISTANCES),
        help="Distance of rotations in the loss, except for polar.  [geodesic]",
    ),
    click.option(
        "--ambiguity",
        type=click.Choice(AMBIGUITIES),
        help="Ambiguity that the loss ignores: pattern is the 180° in-plane ambiguity.  [none]",
    ),
    click.option(
        "--clamp/--no-clamp",
        default=None,
        help="Clamp the predicted Euler angles to their physical range before the loss.  [no]",
    ),
)
_AUGMENTATION = (
    click.option(
        "--augment/--no-augment",
        default=None,
        help=f"Augment the training patterns.{_values('augment', 'yes')}",
    ),
    click.option(
        "--rotate/--no-rotate",
        default=None,
        help=f"Rotate patterns about the beam at random.{_values('rotate', 'yes')}",
    ),
    click.option(
        "--mirror/--no-mirror", default=None, help=f"Mirror patterns at random.{_values('mirror', 'yes')}"
    ),
    click.option("--shift", type=NOT_NEGATIVE, help="Largest random shift (pixels).  [0.5]"),
    click.option("--scale", type=NOT_NEGATIVE, help="Largest relative change of the camera length.  [0.002]"),
    click.option(
        "--dose-scale", type=FiniteRange(0, 1, True), help="Smallest share of the dose that is kept.  [0.5]"
    ),
    click.option("--background", type=NOT_NEGATIVE, help="Largest share of diffuse background added.  [0.1]"),
    click.option("--hot-pixels", type=click.IntRange(0), help="Largest number of added hot pixels.  [3]"),
    click.option(
        "--overlap-fraction", type=NOT_NEGATIVE, help="Largest share of another pattern mixed in.  [0.3]"
    ),
)
_OPTIMISATION = (
    click.option(
        "--batch-size",
        type=click.IntRange(1),
        help=f"Number of patterns in a training step.{_values('batch_size', '64', simulated='128')}",
    ),
    click.option(
        "--learning-rate",
        type=FINITE,
        help="Highest learning rate; lr_0 in equation 1 of the paper."
        + _values("learning_rate", "0.001", **{"simulated": "0.002", "with --weights": "0.0001"}),
    ),
    click.option(
        "--schedule",
        type=click.Choice(SCHEDULES),
        help=f"Schedule of the learning rate.{_values('schedule', 'cosine')}",
    ),
    click.option(
        "--decay-per", type=click.Choice(DECAY_UNITS), help="Unit of i in equation 1 of the paper.  [step]"
    ),
    click.option(
        "--weight-decay",
        type=NOT_NEGATIVE,
        help=f"Weight decay of AdamW.{_values('weight_decay', '0.001')}",
    ),
    click.option(
        "--clip-norm",
        type=NOT_NEGATIVE,
        help=f"Global gradient-norm clip; 0 disables clipping.{_values('clip_norm', '1')}",
    ),
    click.option(
        "--max-epochs",
        type=click.IntRange(1),
        help="Largest number of epochs."
        + _values("max_epochs", "120", **{"simulated": "55", "with --weights models:/...": "20"}),
    ),
    click.option(
        "--score-every",
        type=click.IntRange(1),
        help="Number of epochs between two validations on DS_Val."
        + _values("score_every", "5", simulated="10"),
    ),
    click.option(
        "--stop",
        help="Early-stopping criterion on DS_Val, such as r2>0.95 or median-disorientation<1; or never."
        + _values("stop", "never"),
    ),
    click.option("--seed", type=int, help="Seed of split, initial weights, shuffling and augmentation.  [0]"),
)


def training_options(command: Callable) -> Callable:
    """Add the options of a training to a command; the default of each is None."""
    recipe = click.option(
        "--recipe",
        type=click.Choice(RECIPES),
        help="Recipe that the other options modify: the default, or that of the paper for its networks.  "
        "[default]",
    )
    groups = (
        in_group("Data", recipe, *_DATA),
        in_group("Network", *_NETWORK),
        network_options,
        in_group("Orientation", *_ORIENTATION),
        in_group("Augmentation", *_AUGMENTATION),
        in_group("Optimisation", *_OPTIMISATION),
    )
    for group in reversed(groups):
        command = group(command)
    return command
