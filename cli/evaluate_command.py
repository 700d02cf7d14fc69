"""``kstem evaluate``."""

import click

from keras_stem.cli.common import (
    CONSENSUS,
    FINITE,
    MODEL,
    REFINE,
    SCAN,
    THOROUGH,
    choose_model,
    import_backend,
    require_refinement,
    show_notes,
    tell_no_uncertainties,
)
from keras_stem.cli.network_options import arch_choice
from keras_stem.cli.tables import print_confidence, print_scores
from keras_stem.cli.terms import CommandWithTerms


@click.command("evaluate", cls=CommandWithTerms)
@SCAN
@MODEL
@click.option("--arch", type=arch_choice(), help="Use the best registered model of this network.")
@click.option(
    "--min-q",
    type=FINITE,
    help="Smallest correlation index Q of DS_Q and DS_R.  [default: that of the training]",
)
@click.option("--min-r", type=FINITE, help="Smallest reliability R of DS_R.  [default: that of the training]")
@REFINE
@THOROUGH
@CONSENSUS
def command(scan, model, arch, min_q, min_r, refine, consensus) -> None:
    """Score a model on SCAN against its labels and, if the scan is simulated, against the ground truth."""
    require_refinement(consensus, refine)
    import_backend()
    from keras_stem.scan.scan import Scan
    from keras_stem.scan.subsets import Thresholds
    from keras_stem.workflow.evaluate import evaluate

    with Scan(scan) as opened:
        show_notes(opened)
        loaded, reference = choose_model(model, arch, opened.phase.name)
        trained = loaded.card.thresholds
        thresholds = Thresholds(trained.q if min_q is None else min_q, trained.r if min_r is None else min_r)
        found = evaluate(loaded, opened, thresholds, verbose=True, refine=refine, consensus=consensus)
    click.echo(f"Model {reference} on {scan}:")
    print_scores([(row.subset, row.reference, row.scores) for row in found])
    if found[0].confidence is not None:
        print_confidence([(row.subset, row.reference, row.confidence) for row in found])
    else:
        tell_no_uncertainties()
