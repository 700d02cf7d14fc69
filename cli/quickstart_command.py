"""``kstem quickstart``."""

from pathlib import Path

import click

from keras_stem.cli.backend import require_backend
from keras_stem.cli.common import import_backend, pattern_progress
from keras_stem.cli.tables import print_confidence, print_scores


@click.command("quickstart")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="quickstart",
    show_default=True,
    help="Output folder.",
)
@click.option(
    "--max-epochs",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="Largest number of epochs of the training.",
)
def command(out, max_epochs) -> None:
    """Simulate a scan, fit the polar network, score it and map the scan: all in one command."""
    require_backend()
    from keras_stem.files import existing_folder
    from keras_stem.simulate.demonstration import DEMONSTRATION
    from keras_stem.simulate.simulation import simulate_scan

    scan_path = existing_folder(out) / "scan.h5"
    rows, columns = DEMONSTRATION.polycrystal.shape
    with pattern_progress("Simulating", rows * columns) as progress:
        simulate_scan(scan_path, DEMONSTRATION, progress)

    import_backend()
    from keras_stem.scan.scan import Scan
    from keras_stem.tracking.resolve import load_model
    from keras_stem.training.data_settings import ScanData
    from keras_stem.training.recipe import Recipe
    from keras_stem.workflow.evaluate import evaluate
    from keras_stem.workflow.fit import fit
    from keras_stem.workflow.mapping import map_scan

    result = fit(scan_path, Recipe(max_epochs=max_epochs, data=ScanData(cache=True)), verbose=True)
    model = load_model(result.model_uri)
    with Scan(scan_path) as scan:
        found = evaluate(model, scan)
        map_scan(model, scan, out, model_name=result.model_uri)
    print_scores([(row.subset, row.reference, row.scores) for row in found])
    print_confidence([(row.subset, row.reference, row.confidence) for row in found])
    click.echo(f"Trained {result.epochs} epochs; registered as {result.model_uri}.")
    click.echo(f"The maps are in {out}: ipf_z.png, comparison.png, map.h5, map.ang and others.")
    click.echo("Open the MLflow UI on the run with: kstem ui")
