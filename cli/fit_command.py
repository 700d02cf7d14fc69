"""``kstem fit``."""

from pathlib import Path

import click

from keras_stem.cli.common import import_backend, pattern_progress, show_notes
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
        help="Simulate: a scan whose detector and beam to take.  "
        "[64 pixels, 1.6 1/Å, 300 kV, 0.6 deg, 1.6 mrad]",
    ),
    click.option("--patterns", type=click.IntRange(1), help="Simulate: patterns in an epoch.  [40000]"),
)
@in_group(
    "Network",
    click.option("--arch", type=arch_choice(), help="Network.  [polar; paper cnn]"),
    click.option(
        "--variant",
        type=variant_choice(),
        help="Variant of DenseNet or Swin, as in the paper.  [plain, modified-fc]",
    ),
)
@training_options
@click.option("--resume", is_flag=True, help="Go on with the training that was interrupted last.")
@click.pass_context
def command(context, scan, resume, **options) -> None:
    """Train a network on SCAN, as an MLflow run, and register the model.

    Without SCAN, the built-in demonstration scan is taken, or patterns are simulated for --simulate. What is
    not given has the values in brackets; --recipe paper takes those of the paper.
    """
    given = [
        name
        for name in context.params
        if name != "resume" and context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    ]
    if resume and given:
        raise click.UsageError(f"--resume takes everything from the interrupted run; leave out {given[0]}.")
    import_backend()
    result = _resume() if resume else _fit(scan, options)
    print_scores([(f"DS_{name.capitalize()}", "labels", scores) for name, scores in result.scores.items()])
    click.echo(f"Run {result.run_id}, {result.epochs} epochs.")
    marks = f" (now {', '.join(result.aliases)})" if result.aliases else ""
    click.echo(f"Registered as {result.model_uri}{marks}.")


def _fit(scan: Path | None, options: dict):
    from keras_stem.scan.scan import Scan
    from keras_stem.training.options import recipe_from_options
    from keras_stem.workflow.fit import fit

    simulated = _simulated(**{name: options.pop(name) for name in SIMULATION})
    recipe = recipe_from_options(options, simulated=simulated)
    if simulated is None and scan is None:
        scan = _demonstration()
    if scan is not None:
        with Scan(scan) as opened:
            show_notes(opened)
    return fit(scan or "", recipe, verbose=True, tell=click.echo)


def _simulated(crystal, like: Path | None, patterns: int | None):
    """Return what is simulated, if anything."""
    if crystal is None:
        if like or patterns:
            raise click.UsageError("--like and --patterns go with --simulate.")
        return None
    from keras_stem.scan.instrument import Instrument
    from keras_stem.scan.scan import Scan
    from keras_stem.training.data_settings import SimulatedData

    instrument = Instrument()
    if like:
        with Scan(like) as scan:
            instrument = Instrument.of_scan(scan.info)
    settings = {"patterns": patterns} if patterns else {}
    return SimulatedData(crystal, instrument, **settings)


def _resume():
    from keras_stem.training.state import last_interrupted
    from keras_stem.workflow.fit import resume

    state = last_interrupted()
    click.echo(
        f"Going on with run {state.run_id} after epoch {state.epochs}: weights, optimizer, best weights, "
        "history and the order of the data are restored; the interrupted epoch begins anew."
    )
    return resume(state, verbose=True)


def _demonstration() -> Path:
    from keras_stem.simulate.demonstration import DEMONSTRATION, demonstration_path, demonstration_scan

    path = demonstration_path()
    if not path.exists():
        rows, columns = DEMONSTRATION.polycrystal.shape
        with pattern_progress("Demonstration scan", rows * columns) as progress:
            demonstration_scan(progress)
    click.echo(f"The demonstration scan is {path}.")
    return path
