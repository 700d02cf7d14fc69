"""``kstem fit``."""

from pathlib import Path

import click

from keras_stem.choices import ARCHITECTURES, DECAY_UNITS, SCHEDULES, SPLITS
from keras_stem.cli.common import MIN_Q, MIN_R, IntegerList, import_backend, pattern_progress
from keras_stem.cli.tables import print_scores


@click.command("fit")
@click.argument("scan", type=click.Path(path_type=Path), required=False)
@click.option("--arch", type=click.Choice(ARCHITECTURES), default="cnn", show_default=True, help="Network.")
@click.option(
    "--filters",
    type=IntegerList(),
    default="32,64",
    show_default=True,
    help="Filters of each convolution of the CNN; the paper has two or four convolutions.",
)
@click.option("--kernel-size", type=click.IntRange(1), default=3, show_default=True, help="Of the CNN.")
@click.option(
    "--widths",
    type=IntegerList(),
    default="128,64",
    show_default=True,
    help="Units of the CNN's fully connected layers before the last.",
)
@click.option("--clamp", is_flag=True, help="Clamp the output to the physical range before the loss.")
@MIN_Q
@MIN_R
@click.option(
    "--split", type=click.Choice(SPLITS), default="random", show_default=True, help="How DS_R is divided."
)
@click.option("--binning", type=click.IntRange(1), default=1, show_default=True, help="Of the detector.")
@click.option("--batch-size", type=click.IntRange(1), default=64, show_default=True)
@click.option("--learning-rate", type=float, default=5e-4, show_default=True, help="lr_0 of equation 1.")
@click.option("--schedule", type=click.Choice(SCHEDULES), default="exponential", show_default=True)
@click.option(
    "--decay-per", type=click.Choice(DECAY_UNITS), default="step", show_default=True, help="i of equation 1."
)
@click.option("--max-epochs", type=click.IntRange(1), default=200, show_default=True)
@click.option(
    "--score-every",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="Epochs between scores on DS_Val.",
)
@click.option(
    "--stop-r2", type=float, default=0.95, show_default=True, help="Stop when R2 on DS_Val exceeds this."
)
@click.option("--cache", is_flag=True, help="Keep the training patterns in memory.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Fixes split, initial weights and order."
)
@click.option("--resume", is_flag=True, help="Go on with the training that was interrupted last.")
@click.pass_context
def command(context, scan, resume, **options) -> None:
    """Train a network on SCAN, as an MLflow run, and register the model.

    Without SCAN, the built-in demonstration scan is taken. The defaults are the paper's best for the CNN.
    """
    given = [
        name
        for name in ("scan", *options)
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    ]
    if resume and given:
        raise click.UsageError(f"--resume takes everything from the interrupted run; leave out {given[0]}.")
    import_backend()
    result = _resume() if resume else _fit(scan or _demonstration(), options)
    print_scores([(f"DS_{name.capitalize()}", "labels", scores) for name, scores in result.scores.items()])
    click.echo(f"Run {result.run_id}, {result.epochs} epochs.")
    marks = f" (now {', '.join(result.aliases)})" if result.aliases else ""
    click.echo(f"Registered as {result.model_uri}{marks}.")


def _fit(scan: Path, options: dict):
    from keras_stem.models.cnn import CNNConfig
    from keras_stem.scan.subsets import Thresholds
    from keras_stem.training.recipe import Recipe
    from keras_stem.workflow.fit import fit

    cnn = CNNConfig(*(options.pop(name) for name in ("filters", "kernel_size", "widths")))
    thresholds = Thresholds(options.pop("min_q"), options.pop("min_r"))
    return fit(scan, Recipe(cnn=cnn, thresholds=thresholds, **options), verbose=True)


def _resume():
    from keras_stem.training.state import last_interrupted
    from keras_stem.workflow.fit import resume

    state = last_interrupted()
    click.echo(
        f"Going on with run {state.run_id} after epoch {state.epochs}: weights, optimizer, best weights, "
        "history and the order of the data are restored; the interrupted epoch begins anew."
    )
    return resume(verbose=True)


def _demonstration() -> Path:
    from keras_stem.simulate.demonstration import DEMONSTRATION, demonstration_path, demonstration_scan

    path = demonstration_path()
    if not path.exists():
        rows, columns = DEMONSTRATION.polycrystal.shape
        with pattern_progress("Demonstration scan", rows * columns) as progress:
            demonstration_scan(progress)
    click.echo(f"The demonstration scan is {path}.")
    return path
