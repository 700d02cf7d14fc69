"""``kstem compare-maps``."""

from pathlib import Path

import click

from keras_stem.cli.common import FINITE
from keras_stem.cli.map_options import DIRECTION, folder_for, map_options, out_option


@click.command("compare-maps")
@click.argument("reference", metavar="A", type=click.Path(path_type=Path))
@click.argument("other", metavar="B", type=click.Path(path_type=Path))
@map_options
@click.option(
    "--threshold",
    type=FINITE,
    default=5.0,
    show_default=True,
    help="Disorientation above which points count as different (degrees).",
)
@click.option(
    "--low-q",
    type=FINITE,
    default=20.0,
    show_default=True,
    help="Q of A below which a point counts as of low Q, with --all.",
)
@DIRECTION
@out_option("difference", "A")
def command(reference, other, frame, phases, min_q, threshold, low_q, direction, out) -> None:
    """Compare map B with map A of the same points: how far they differ, and where.

    Each is an .h5 of orix or of kstem map, a scan with labels, or, with --frame, a map of another program.
    Grains, boundaries and Q are taken from A.
    """
    from keras_stem.analysis.segmentation import Segmentation
    from keras_stem.cli.tables import print_parts
    from keras_stem.io.map_files import tells_its_frame
    from keras_stem.workflow.compare_maps import compare_maps, step_note
    from keras_stem.workflow.prepare import prepare_map

    paths = (reference, other)
    frames = [None if tells_its_frame(path) else frame for path in paths]
    maps = [prepare_map(path, of, phases, min_q) for path, of in zip(paths, frames, strict=True)]
    for path, prepared in zip(paths, maps, strict=True):
        click.echo(f"{path}: {prepared.counted}.")
    folder = folder_for(out, reference, "difference")
    names = _names(reference, other)
    difference = compare_maps(*maps, folder, names, Segmentation(threshold), low_q, direction)
    print_parts(difference)
    if note := step_note(*maps):
        click.echo(note)
    click.echo(f"Wrote the difference of {other} from {reference} to {folder}.")


def _names(reference: Path, other: Path) -> tuple[str, str]:
    """Return short names of two maps: file names if they differ, otherwise folder names."""
    if reference.stem != other.stem:
        return reference.stem, other.stem
    if reference.name != other.name:
        return reference.name, other.name
    return reference.resolve().parent.name, other.resolve().parent.name
