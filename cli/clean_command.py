"""``kstem clean``."""

from pathlib import Path

import click

from keras_stem.choices import HALF_TURN, SPECIAL_BOUNDARIES
from keras_stem.cli.common import FINITE
from keras_stem.cli.map_options import MAP, map_options


@click.command("clean")
@MAP
@click.argument("out", type=click.Path(path_type=Path))
@map_options
@click.option(
    "--fuse",
    "variants",
    multiple=True,
    metavar="NAME",
    help=f"Give all points of a grain that alternates between two variants the variant of the majority: "
    f"{HALF_TURN} (about the beam), {', '.join(SPECIAL_BOUNDARIES)}, or NAME:ANGLE:u,v,w in degrees; real "
    "twins of this kind are merged as well.",
)
@click.option(
    "--odd",
    is_flag=True,
    help="Give single points that differ from all their neighbours the orientation around them.",
)
@click.option(
    "--threshold",
    type=FINITE,
    default=5.0,
    show_default=True,
    help="Largest disorientation of points that count as equal (degrees).",
)
def command(map_, out, frame, phases, min_q, variants, odd, threshold) -> None:
    """Clean MAP by the given steps, count what they change, and write it as OUT: .h5, .ang or .ctf."""
    from keras_stem.analysis.special_boundaries import special_boundary
    from keras_stem.workflow.clean import Steps, clean_map
    from keras_stem.workflow.prepare import prepare_map

    wanted = tuple(None if text == HALF_TURN else special_boundary(text) for text in variants)
    steps = Steps(wanted, odd, threshold)
    prepared = prepare_map(map_, frame, phases, min_q)
    click.echo(f"{prepared.counted}. Other points remain unchanged.")
    for name, count in clean_map(prepared, steps, out).items():
        click.echo(f"{name}: {count} of {prepared.visible.sum()} points changed")
    click.echo(f"Wrote {out}.")
