"""The options of a training, for ``kstem fit`` and ``kstem study``. What is not given is as in the paper."""

from collections.abc import Callable

import click

from keras_stem.choices import (
    AMBIGUITIES,
    DECAY_UNITS,
    DISTANCES,
    PRECISIONS,
    SCHEDULES,
    SPLITS,
    TARGETS,
)
from keras_stem.cli.common import IntegerList

_OPTIONS = (
    click.option(
        "--weights", help="imagenet, a checkpoint (file or folder), or a models:/ URI to start from."
    ),
    click.option("--freeze", type=click.IntRange(0), help="Train the head alone for so many epochs.  [0]"),
    click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        help="Of the network; its head and the loss are float32.  [float32]",
    ),
    click.option("--filters", type=IntegerList(), help="CNN: filters of each convolution.  [32,64]"),
    click.option("--kernel-size", type=click.IntRange(1), help="CNN: side of the kernels.  [3]"),
    click.option("--widths", type=IntegerList(), help="CNN: units of the layers before the last.  [128,64]"),
    click.option("--blocks", type=IntegerList(), help="DenseNet: blocks of each stage.  [6,12,24,16]"),
    click.option("--embed-dim", type=click.IntRange(1), help="Swin: channels of the first stage.  [96]"),
    click.option("--depths", type=IntegerList(), help="Swin: blocks of each stage.  [2,2,6,2]"),
    click.option("--heads", type=IntegerList(), help="Swin: attention heads of each stage.  [3,6,12,24]"),
    click.option("--window", type=click.IntRange(1), help="Swin: side of the windows.  [7]"),
    click.option("--target", type=click.Choice(TARGETS), help="What the network predicts.  [euler]"),
    click.option("--distance", type=click.Choice(DISTANCES), help="Of the loss of rotations.  [chordal]"),
    click.option(
        "--ambiguity",
        type=click.Choice(AMBIGUITIES),
        help="pattern: half a turn about the beam counts as no difference.  [none]",
    ),
    click.option("--clamp/--no-clamp", default=None, help="Clamp the output before the loss.  [no]"),
    click.option("--min-q", type=float, help="Smallest correlation index Q of DS_Q and DS_R.  [20]"),
    click.option("--min-r", type=float, help="Smallest reliability R of DS_R.  [15]"),
    click.option("--split", type=click.Choice(SPLITS), help="How DS_R is divided.  [random]"),
    click.option("--binning", type=click.IntRange(1), help="Of the detector.  [1]"),
    click.option("--batch-size", type=click.IntRange(1), help="[64; Swin 32]"),
    click.option("--learning-rate", type=float, help="lr_0 of equation 1.  [0.0005; Swin 0.0001]"),
    click.option("--schedule", type=click.Choice(SCHEDULES), help="[exponential; Swin constant]"),
    click.option("--decay-per", type=click.Choice(DECAY_UNITS), help="i of equation 1.  [step]"),
    click.option("--max-epochs", type=click.IntRange(1), help="[200]"),
    click.option("--score-every", type=click.IntRange(1), help="Epochs between scores on DS_Val.  [10]"),
    click.option("--stop-r2", type=float, help="Stop when R2 on DS_Val exceeds this.  [0.95]"),
    click.option("--cache/--no-cache", default=None, help="Keep the training patterns in memory.  [no]"),
    click.option("--seed", type=int, help="Fixes split, initial weights and order.  [0]"),
)


def training_options(command: Callable) -> Callable:
    """Give a command the options of a training; what was not given is None."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
