"""Options shared by the commands that analyse maps."""

from collections.abc import Callable
from pathlib import Path

import click

from keras_stem.choices import SMALL_GRAINS
from keras_stem.cli.common import NOT_NEGATIVE, beside
from keras_stem.cli.crystal_options import crystal_options
from keras_stem.io.registry import frame_names

MAP = click.argument("map_", metavar="MAP", type=click.Path(path_type=Path))
_MIN_Q = (
    click.option(
        "--min-q",
        type=NOT_NEGATIVE,
        help="Smallest Q; points below it are left out.  [default: 20 if the map has a Q that reaches it]",
    ),
    click.option("--all", "min_q", flag_value=0.0, type=float, help="Keep all points, whatever their Q."),
)
_OPTIONS = (
    click.option(
        "--frame",
        type=click.Choice(frame_names()),
        help="Convention of the Euler angles, for a map of another program (docs/labels.md).",
    ),
    crystal_options("Crystal structure in place of a phase of the map"),
    *_MIN_Q,
)
_GRAIN_OPTIONS = (
    click.option(
        "--neighbours",
        type=click.Choice(("4", "8")),
        default="4",
        show_default=True,
        help="Number of neighbours of a point that can belong to its grain.",
    ),
    click.option(
        "--min-size",
        type=int,
        default=1,
        show_default=True,
        help="Smallest number of points of a grain; grains below it are small.",
    ),
    click.option(
        "--small",
        type=click.Choice(SMALL_GRAINS),
        default=SMALL_GRAINS[0],
        show_default=True,
        help="Treatment of small grains: absorb them into their neighbours, or drop them.",
    ),
)
DIRECTION = click.option(
    "--direction",
    type=click.Choice(("x", "y", "z")),
    default="z",
    show_default=True,
    help="Sample direction of the IPF colour key.",
)


def map_options(command: Callable) -> Callable:
    """Add the options that control how a map is read."""
    return _with(_OPTIONS, command)


def min_q_options(command: Callable) -> Callable:
    """Add the options that select the points to analyse."""
    return _with(_MIN_Q, command)


def grain_options(command: Callable) -> Callable:
    """Add the options that control the segmentation into grains."""
    return _with(_GRAIN_OPTIONS, command)


def _with(options, command):
    for option in reversed(options):
        command = option(command)
    return command


def out_option(what: str, map_: str = "MAP") -> Callable:
    """Return the option for the output folder, by default MAP without ``.h5``, followed by ``-what``."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        help=f"Output folder.  [default: {map_}-{what} beside {map_}, without .h5]",
    )


def folder_for(out: Path | None, map_: Path, what: str) -> Path:
    """Return the output folder: the given one, or the default that ``out_option`` describes."""
    return out or beside(map_, what)
