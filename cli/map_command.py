"""``kstem map``."""

from pathlib import Path

import click

from keras_stem.cli.cluster import cluster, cluster_options
from keras_stem.cli.common import (
    CONSENSUS,
    MODEL,
    REFINE,
    SCAN,
    THOROUGH,
    beside,
    choose_model,
    import_backend,
    require_refinement,
    show_notes,
    tell_ambiguous,
    tell_no_uncertainties,
)
from keras_stem.cli.crystal_options import crystal_option
from keras_stem.cli.map_options import min_q_options
from keras_stem.cli.network_options import arch_choice


@click.command("map")
@SCAN
@MODEL
@click.option("--arch", type=arch_choice(), help="Use the best registered model of this network.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Output folder.  [default: SCAN-map, without .h5]"
)
@min_q_options
@REFINE
@THOROUGH
@CONSENSUS
@crystal_option("--cif", "Crystal structure whose axes the orientations refer to.  [default: the model's]")
@cluster_options
def command(scan, model, arch, out, min_q, refine, consensus, crystal, scheduler, workers) -> None:
    """Map the orientations of SCAN: IPF maps as PNG, and the map as .h5 (orix), .ang and .ctf."""
    import_backend()
    from keras_stem.inference.steps import novelty_of
    from keras_stem.scan.reliable import reliable_points
    from keras_stem.scan.scan import Scan
    from keras_stem.units import is_length
    from keras_stem.workflow.mapping import map_scan

    require_refinement(consensus, refine)
    out = out or beside(scan, "map")
    with Scan(scan) as opened:
        show_notes(opened)
        phase = opened.phase.name if opened.has_labels else None
        loaded, reference = choose_model(model, arch, phase)
        wanted = crystal.load() if crystal else None
        with cluster(scheduler, workers) as client:
            prediction = map_scan(
                loaded,
                opened,
                out,
                min_q,
                reference,
                verbose=True,
                refine=refine,
                phase=wanted,
                consensus=consensus,
                client=client,
            )
    click.echo(f"{reliable_points(prediction.crystal_map, min_q)}. Other points are grey in the figures.")
    novelty = None if refine else novelty_of(loaded.card)
    _tell_novelty(prediction.property("out_of_distribution"), novelty)
    if consensus:
        tell_ambiguous(prediction.crystal_map.prop)
    if prediction.property("uncertainty") is None:
        tell_no_uncertainties()
    click.echo(f"Wrote the maps of {scan} by {reference} to {out}.")
    if not is_length(opened.info.unit):
        click.echo(
            "No .ang and .ctf files were written because the step of the scan is unknown; "
            "kstem export writes them with --step."
        )


def _tell_novelty(novel, novelty) -> None:
    """Print the share of patterns out of distribution, or that the model cannot detect them."""
    if novel is not None and novel.any():
        click.echo(f"{novel.mean():.1%} of the patterns are out of distribution.")
    if novelty is not None and novelty.undertrained:
        click.echo(
            "No pattern is marked as out of distribution: the model is not accurate enough for that "
            f"({novelty.right:.0%} of its predictions on DS_Val are within 5° of the labels)."
        )
