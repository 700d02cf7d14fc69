"""``kstem grains``."""

import click

from keras_stem.cli.common import FINITE
from keras_stem.cli.map_options import DIRECTION, MAP, folder_for, grain_options, map_options, out_option


@click.command("grains")
@MAP
@map_options
@click.option(
    "--threshold",
    type=FINITE,
    default=5.0,
    show_default=True,
    help="Largest disorientation of neighbouring points of one grain (degrees).",
)
@grain_options
@DIRECTION
@out_option("grains")
def command(map_, frame, phases, min_q, threshold, neighbours, min_size, small, direction, out) -> None:
    """Find the grains of MAP and measure them: a table (CSV), statistics (JSON) and figures.

    MAP is an .h5 of orix or of kstem map, a scan with labels, or, with --frame, a map of another program.
    """
    from keras_stem.analysis.segmentation import Segmentation
    from keras_stem.units import length_text
    from keras_stem.workflow.grains import analyse_grains, write_grains
    from keras_stem.workflow.prepare import prepare_map

    settings = Segmentation(threshold, int(neighbours), min_size, small)
    prepared = prepare_map(map_, frame, phases, min_q)
    click.echo(f"{prepared.counted}.")
    analysis = analyse_grains(prepared, settings)
    folder = folder_for(out, map_, "grains")
    write_grains(analysis, folder, direction)
    found = analysis.statistics
    points = found["points"]
    size = {name: length_text(value, found["unit"], 3) for name, value in found["diameter"].items()}
    click.echo(f"{found['grains']} grains, {found['touching_edge']} of which touch the edge of the map.")
    click.echo(
        f"Equivalent diameter: mean {size['mean']}, median {size['median']}, "
        f"weighted by area {size['area_weighted_mean']}."
    )
    if "ambiguous" in found:
        click.echo(
            f"{found['ambiguous']} grains are ambiguous: their evidence does not decide between orientations."
        )
    for fate in ("absorbed", "dropped"):
        if points[fate]:
            click.echo(f"{points[fate]} points of grains below {min_size} points were {fate}.")
    click.echo(f"Wrote the grains of {map_} to {folder}.")
