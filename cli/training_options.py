"""The options of a training, for ``kstem fit`` and ``kstem study``; the recipe has what is not given."""

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
    TARGETS,
)
from keras_stem.cli.common import FINITE, NOT_NEGATIVE, FiniteRange, IntegerList

_OPTIONS = (
    click.option(
        "--recipe",
        type=click.Choice(RECIPES),
        help="What the other options start from: ours, or that of the paper for its networks.  [default]",
    ),
    click.option(
        "--weights", help="imagenet, a checkpoint (file or folder), or a models:/ URI to start from."
    ),
    click.option("--freeze", type=click.IntRange(0), help="Train the head alone for so many epochs.  [0]"),
    click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        help="Of the network; its head and the loss are float32.  [float32]",
    ),
    click.option("--radii", type=click.IntRange(2), help="Polar: circles of the pattern.  [40]"),
    click.option("--azimuths", type=click.IntRange(8), help="Polar: samples of each circle.  [72]"),
    click.option("--channels", type=click.IntRange(1), help="Polar: channels of the convolutions.  [128]"),
    click.option("--dilations", type=IntegerList(), help="Polar: of each block.  [1,3,9,1,3,9,1,3]"),
    click.option("--filters", type=IntegerList(), help="CNN: filters of each convolution.  [32,64]"),
    click.option("--kernel-size", type=click.IntRange(1), help="CNN: side of the kernels.  [3]"),
    click.option("--widths", type=IntegerList(), help="CNN: units of the layers before the last.  [128,64]"),
    click.option("--blocks", type=IntegerList(), help="DenseNet: blocks of each stage.  [6,12,24,16]"),
    click.option("--embed-dim", type=click.IntRange(1), help="Swin: channels of the first stage.  [96]"),
    click.option("--depths", type=IntegerList(), help="Swin: blocks of each stage.  [2,2,6,2]"),
    click.option("--heads", type=IntegerList(), help="Swin: attention heads of each stage.  [3,6,12,24]"),
    click.option("--window", type=click.IntRange(1), help="Swin: side of the windows.  [7]"),
    click.option(
        "--target", type=click.Choice(TARGETS), help="What the network predicts.  [rotation; paper euler]"
    ),
    click.option(
        "--symmetry/--no-symmetry",
        default=None,
        help="Take the nearest equivalent of a label, or that in the fundamental region.  [nearest]",
    ),
    click.option(
        "--distance",
        type=click.Choice(DISTANCES),
        help="Of the loss of rotations, for all networks but polar.  [geodesic]",
    ),
    click.option(
        "--ambiguity",
        type=click.Choice(AMBIGUITIES),
        help="pattern: half a turn about the beam counts as no difference.  [none]",
    ),
    click.option("--clamp/--no-clamp", default=None, help="Clamp the output before the loss.  [no]"),
    click.option("--augment/--no-augment", default=None, help="Change training patterns.  [yes; paper no]"),
    click.option("--rotate/--no-rotate", default=None, help="Augment: turn about the beam.  [polar]"),
    click.option("--mirror/--no-mirror", default=None, help="Augment: mirror.  [polar]"),
    click.option("--shift", type=NOT_NEGATIVE, help="Augment: shift, up to so many pixels.  [0.5]"),
    click.option("--scale", type=NOT_NEGATIVE, help="Augment: relative camera length.  [0.002]"),
    click.option("--dose", type=FiniteRange(0, 1, True), help="Augment: least share kept.  [0.5]"),
    click.option("--background", type=NOT_NEGATIVE, help="Augment: diffuse share added.  [0.1]"),
    click.option("--hot-pixels", type=click.IntRange(0), help="Augment: up to so many.  [3]"),
    click.option("--overlap", type=NOT_NEGATIVE, help="Augment: share of another pattern.  [0.3]"),
    click.option("--min-q", type=FINITE, help="Smallest correlation index Q of DS_Q and DS_R.  [20]"),
    click.option("--min-r", type=FINITE, help="Smallest reliability R of DS_R.  [15]"),
    click.option("--split", type=click.Choice(SPLITS), help="How DS_R is divided.  [random]"),
    click.option("--binning", type=click.IntRange(1), help="Of the detector.  [1]"),
    click.option("--batch-size", type=click.IntRange(1), help="[64; Swin 32; simulated 128]"),
    click.option(
        "--learning-rate",
        type=FINITE,
        help="The highest; lr_0 of equation 1.  [0.001; simulated 0.002; with --weights 0.0001]",
    ),
    click.option(
        "--schedule", type=click.Choice(SCHEDULES), help="[cosine; paper exponential, Swin constant]"
    ),
    click.option("--decay-per", type=click.Choice(DECAY_UNITS), help="i of equation 1.  [step]"),
    click.option("--weight-decay", type=NOT_NEGATIVE, help="Of AdamW.  [0.001; paper 0]"),
    click.option("--clip-norm", type=NOT_NEGATIVE, help="Of all gradients; 0 for none.  [1; paper 0]"),
    click.option(
        "--max-epochs",
        type=click.IntRange(1),
        help="[120; DenseNet, Swin 40; with --weights models:/... 20; simulated 55; paper 200]",
    ),
    click.option("--score-every", type=click.IntRange(1), help="Epochs between scores.  [5; else 10]"),
    click.option(
        "--stop",
        help="Stop when DS_Val is so good: r2>0.95, median-disorientation<1 and others; or never.  "
        "[never; paper r2>0.95]",
    ),
    click.option("--cache/--no-cache", default=None, help="Keep the training patterns in memory.  [no]"),
    click.option("--seed", type=int, help="Fixes split, initial weights and order.  [0]"),
)


def training_options(command: Callable) -> Callable:
    """Give a command the options of a training; what was not given is None."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
