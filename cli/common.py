"""Options and helpers of several commands; heavy packages are imported only when a function needs them."""

import contextlib
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keras_stem.cli.backend import require_backend, settings_file
from keras_stem.errors import KerasStemError

if TYPE_CHECKING:
    from rich.progress import Progress

    from keras_stem.models.orientation_model import OrientationModel

SMALLEST, LARGEST = 1e-30, 1e30
"""Range of sizes above 0 whose squares are still finite and not 0."""


class Finite(click.types.FloatParamType):
    """Number that is neither infinite nor NaN."""

    def convert(self, value, param, ctx) -> float:  # noqa: D102
        return _finite(self, super().convert(value, param, ctx), param, ctx)


class FiniteRange(click.FloatRange):
    """Finite number in a range; click accepts NaN in any range."""

    def convert(self, value, param, ctx) -> float:  # noqa: D102
        number = _finite(self, super().convert(value, param, ctx), param, ctx)
        if self.min_open and not SMALLEST <= number <= LARGEST:
            self.fail(f"expected a number from {SMALLEST:g} to {LARGEST:g}, found {value}", param, ctx)
        return number


def _finite(kind: click.ParamType, number: float, param: click.Parameter, ctx: click.Context) -> float:
    if not math.isfinite(number):
        kind.fail(f"expected a finite number, found {number}", param, ctx)
    return number


FINITE = Finite()
NOT_NEGATIVE = FiniteRange(0)
POSITIVE = FiniteRange(0, min_open=True)
BEAM_ENERGY = FiniteRange(1, 10_000)
"""Beam energies of transmission electron microscopes (kV); a value in V lies outside."""
SCAN = click.argument("scan", type=click.Path(path_type=Path))

MIN_Q = click.option(
    "--min-q",
    type=FINITE,
    default=20.0,
    show_default=True,
    help="Smallest correlation index Q of DS_Q and DS_R.",
)
MIN_R = click.option(
    "--min-r", type=FINITE, default=15.0, show_default=True, help="Smallest reliability R of DS_R."
)
MODEL = click.option(
    "--model",
    help="Model: a models:/ URI, the id of a run, or a .keras file.  [default: the champion of the phase]",
)
REFINE = click.option(
    "--refine",
    flag_value="quick",
    help="Refine the predicted orientations and solutions of template matching, and take the best: slower, "
    "but more precise, also on patterns that differ from those of the training.",
)
THOROUGH = click.option(
    "--thorough",
    "refine",
    flag_value="thorough",
    help="Refine more solutions of template matching, from finer templates: slower still, with fewer gross "
    "errors.",
)
CONSENSUS = click.option(
    "--consensus",
    is_flag=True,
    help="Let neighbouring positions decide between orientations that a pattern alone cannot tell apart. No "
    "orientation is averaged; each is refined to the pattern of its own position.",
)


def require_refinement(consensus: bool, refine: str | None) -> None:
    """Raise `click.UsageError` if a consensus is requested without refined orientations."""
    if consensus and not refine:
        raise click.UsageError(
            "--consensus decides between refined orientations; give --refine or --thorough."
        )


class Steps(click.ParamType):
    """Step between rows and between columns, as 5x4, or one number for both."""

    name = "STEP[xSTEP]"

    def convert(self, value, param, ctx) -> tuple[float, float]:  # noqa: D102
        if isinstance(value, tuple):
            return value
        try:
            parts = [float(part) for part in value.lower().split("x")]
        except ValueError:
            parts = []
        if len(parts) not in (1, 2) or not all(SMALLEST <= part <= LARGEST for part in parts):
            self.fail(f"expected one or two numbers above 0 such as 5 or 5x4, found {value!r}", param, ctx)
        return parts[0], parts[-1]


class IntegerList(click.ParamType):
    """Whole numbers separated by commas."""

    name = "n,n,..."

    def convert(self, value, param, ctx) -> tuple[int, ...]:  # noqa: D102
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in value.split(",") if part.strip())
        except ValueError:
            self.fail(f"expected whole numbers separated by commas, found {value!r}", param, ctx)


class GridShape(click.ParamType):
    """Rows and columns, as 64x64, or one number for both."""

    name = "ROWSxCOLUMNS"

    def convert(self, value, param, ctx) -> tuple[int, int]:  # noqa: D102
        if isinstance(value, tuple):
            return value
        parts = value.lower().split("x")
        if len(parts) > 2 or not all(part.isdigit() for part in parts):
            self.fail(f"expected rows and columns such as 64x64, found {value!r}", param, ctx)
        return int(parts[0]), int(parts[-1])


def import_backend() -> None:
    """Import Keras with its backend, without the log messages of TensorFlow's libraries on stderr.

    TensorFlow writes them before its log level can be set. They are shown if the import fails, and with
    ``--debug``.

    Raises
    ------
    KerasStemError
        If the backend cannot be imported, or the user's settings of Keras are wrong.
    """
    require_backend()
    if click.get_current_context().find_root().obj:
        import keras_stem.pipeline.dataset

        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryFile() as news:
        stderr = os.dup(2)
        try:
            os.dup2(news.fileno(), 2)
            try:
                import keras_stem.pipeline.dataset  # noqa: F401
            finally:
                os.dup2(stderr, 2)
                os.close(stderr)
        except ImportError:
            news.seek(0)
            sys.stderr.buffer.write(news.read())
            raise
        except ValueError as error:
            raise KerasStemError(f"Keras rejects the settings in {settings_file()}: {error}") from error


def beside(path: Path, ending: str) -> Path:
    """Return the default path of results derived from a file: beside it, under its name without .h5.

    Other suffixes are kept, so that the results of map.h5 and map.ang have different paths.
    """
    name = path.stem if path.suffix == ".h5" else path.name
    return path.with_name(f"{name}-{ending}")


@contextlib.contextmanager
def pattern_progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar over patterns; yield a function that takes the number of new ones."""
    with progress_bar() as progress:
        task = progress.add_task(what, total=total)
        yield lambda patterns: progress.advance(task, patterns)


@contextlib.contextmanager
def pattern_progress_of_unknown(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar; yield a function that takes the number of patterns so far, and of all."""
    with progress_bar() as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def progress_bar() -> "Progress":
    """Return a progress bar over patterns, which shows the description of each of its tasks."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=16), MofNCompleteColumn())
    return Progress(*columns, TextColumn("patterns"), TimeElapsedColumn())


def show_notes(scan) -> None:
    """Print notes about the pattern values of a scan on stderr."""
    for note in scan.notes():
        click.echo(note, err=True)


def tell_ambiguous(properties) -> None:
    """Print the share of explained positions of a map that a consensus does not decide."""
    explained = properties["out_of_distribution"] == 0
    if explained.any():
        share = properties["ambiguous"][explained].mean()
        click.echo(
            f"{share:.1%} of the positions with explained patterns are ambiguous: the consensus does not "
            "decide between orientations of their grains."
        )


def tell_no_uncertainties() -> None:
    """Print why the predictions of a model come without uncertainties."""
    click.echo(
        "No uncertainties are stated, because the model has no calibration that holds for this version of "
        "keras_stem. Train it again or, if its phase has atoms, add --refine."
    )


def choose_model(
    reference: str | None, arch: str | None, phase: str | None
) -> "tuple[OrientationModel, str]":
    """Return the model that the options select, the champion of the phase by default, and its reference."""
    from keras_stem.tracking.resolve import best_reference, load_model

    if reference and arch:
        raise KerasStemError("Expected --model or --arch, found both.")
    reference = reference or best_reference(phase, arch)
    return load_model(reference), reference
