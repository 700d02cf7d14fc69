"""``kstem boundaries``."""

import click

from keras_stem.choices import SPECIAL_BOUNDARIES
from keras_stem.cli.common import FINITE
from keras_stem.cli.map_options import DIRECTION, MAP, folder_for, grain_options, map_options, out_option


@click.command("boundaries")
@MAP
@map_options
@click.option(
    "--threshold",
    type=FINITE,
    default=5.0,
    show_default=True,
    help="Smallest disorientation across a boundary (degrees).",
)
@click.option(
    "--special",
    "specials",
    multiple=True,
    metavar="NAME",
    help="Special misorientation whose share of the boundaries is measured: "
    f"{', '.join(SPECIAL_BOUNDARIES)}, or NAME:ANGLE:u,v,w[:TOLERANCE] in degrees; may be repeated.",
)
@grain_options
@DIRECTION
@out_option("boundaries")
def command(
    map_, frame, phases, min_q, threshold, specials, neighbours, min_size, small, direction, out
) -> None:
    """Find the grain boundaries of MAP: a table of segments (CSV), shares (JSON) and figures.

    MAP is an .h5 of orix or of kstem map, a scan with labels, or, with --frame, a map of another program.
    """
    from keras_stem.analysis.segmentation import Segmentation
    from keras_stem.analysis.special_boundaries import special_boundary
    from keras_stem.units import length_text
    from keras_stem.workflow.boundaries import analyse_boundaries, write_boundaries
    from keras_stem.workflow.prepare import prepare_map

    wanted = [special_boundary(text) for text in specials]
    prepared = prepare_map(map_, frame, phases, min_q)
    click.echo(f"{prepared.counted}.")
    analysis = analyse_boundaries(prepared, Segmentation(threshold, int(neighbours), min_size, small), wanted)
    folder = folder_for(out, map_, "boundaries")
    write_boundaries(analysis, folder, direction)
    found = analysis.statistics
    click.echo(f"{found['grains']} grains.")
    click.echo(f"{found['segments']} segments, {length_text(found['length'], found['unit'])} in all.")
    if found["segments"]:
        told = ", ".join(f"{name} {share:.1%}" for name, share in found["classes"].items())
        click.echo(f"Of the length: {told}.")
    click.echo(f"Wrote the boundaries of {map_} to {folder}.")
