"""``kstem fit``."""

from pathlib import Path

import click

from keras_stem.cli.common import import_backend, pattern_progress, show_notes
from keras_stem.cli.config_file import config_options, given_options, write_options
from keras_stem.cli.crystal_options import crystal_option
from keras_stem.cli.grouped import in_group
from keras_stem.cli.network_options import NetworkCommand, arch_choice, variant_choice
from keras_stem.cli.tables import print_scores
from keras_stem.cli.training_options import training_options

SIMULATION = ("crystal", "like", "patterns")


@click.command("fit", cls=NetworkCommand)
@click.argument("scan", type=click.Path(path_type=Path), required=False)
@in_group(
    "Data",
    crystal_option(
        "--simulate",
        "Train on simulated patterns of this crystal structure (LiNiO2 is built in) instead of a scan.",
    ),
    click.option(
        "--like",
        type=click.Path(path_type=Path),
        help="Scan whose detector and beam are simulated, with --simulate.  "
        "[64 pixels, 1.6 1/Å, 300 kV, 0.6°, 1.6 mrad]",
    ),
    click.option(
        "--patterns", type=click.IntRange(1), help="Number of simulated patterns per epoch.  [40000]"
    ),
)
@in_group(
    "Network",
    click.option("--arch", type=arch_choice(), help="Network architecture.  [polar; paper cnn]"),
    click.option(
        "--variant",
        type=variant_choice(),
        help="Variant of DenseNet or Swin, as in the paper.  [plain, modified-fc]",
    ),
)
@training_options
@config_options
@in_group(
    "Devices",
    click.option(
        "--devices",
        type=click.IntRange(1),
        help="Number of devices that share each batch; several need JAX.  [all GPUs that JAX sees]",
    ),
)
@in_group(
    "Tracking",
    click.option(
        "--resume",
        is_flag=True,
        help="Resume the training that was interrupted last and that no other process trains.",
    ),
)
@click.pass_context
def command(context, scan, resume, devices, config, save_config, **options) -> None:
    """Train a network on SCAN, as an MLflow run, and register the model.

    Without SCAN, the network is trained on the built-in demonstration scan, or on simulated patterns with
    --simulate. Defaults are in brackets; --recipe paper takes those of the paper.
    """
    given = [name.replace("_", "-") for name in given_options(context) if name not in ("resume", "devices")]
    if resume and given:
        raise click.UsageError(
            f"Expected --resume alone, with the settings of the interrupted run; leave out {given[0]}."
        )
    import_backend()
    if resume:
        result = _resume(devices)
    else:
        recipe = _recipe(options)
        if save_config:
            write_options(context, save_config)
        result = _fit(scan, recipe, devices)
    print_scores([(f"DS_{name.capitalize()}", "labels", scores) for name, scores in result.scores.items()])
    click.echo(f"Run {result.run_id}, {result.epochs} epochs.")
    marks = f" (now {', '.join(result.aliases)})" if result.aliases else ""
    if result.model_uri.startswith("models:/"):
        click.echo(f"Registered as {result.model_uri}{marks}.")
    else:
        click.echo(f"The model is {result.model_uri} until kstem sync registers it.")


def _recipe(options: dict):
    from keras_stem.training.options import recipe_from_options

    simulated = _simulated(**{name: options.pop(name) for name in SIMULATION})
    return recipe_from_options(options, simulated=simulated)


def _fit(scan: Path | None, recipe, devices: int | None):
    from keras_stem.scan.scan import Scan
    from keras_stem.workflow.fit import fit

    if scan is None and not recipe.data.streamed:
        scan = _demonstration()
    if scan is not None:
        with Scan(scan) as opened:
            show_notes(opened)
    return fit(scan or "", recipe, verbose=True, tell=click.echo, devices=devices)


def _simulated(crystal, like: Path | None, patterns: int | None):
    """Return the settings of the simulated training data; None for a training on a scan."""
    if crystal is None:
        if like or patterns:
            raise click.UsageError("Expected --simulate with --like or --patterns, found none.")
        return None
    from keras_stem.instrument.instrument import Instrument
    from keras_stem.scan.scan import Scan
    from keras_stem.training.data_settings import SimulatedData

    instrument = Instrument()
    if like:
        with Scan(like) as scan:
            instrument = scan.info.instrument()
    settings = {"patterns": patterns} if patterns else {}
    return SimulatedData(crystal, instrument, **settings)


def _resume(devices: int | None):
    from keras_stem.training.state import last_interrupted
    from keras_stem.workflow.fit import resume

    state = last_interrupted()
    click.echo(
        f"Resuming run {state.run_id} after epoch {state.epochs}: weights, optimizer, best weights, "
        "history and the order of the data are restored; the interrupted epoch starts again."
    )
    return resume(state, verbose=True, devices=devices, tell=click.echo)


def _demonstration() -> Path:
    from keras_stem.simulate.demonstration import DEMONSTRATION, demonstration_path, demonstration_scan

    path = demonstration_path()
    if not path.exists():
        rows, columns = DEMONSTRATION.polycrystal.shape
        with pattern_progress("Demonstration scan", rows * columns) as progress:
            demonstration_scan(progress)
    click.echo(f"The demonstration scan is {path}.")
    return path
