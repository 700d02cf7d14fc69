"""``kstem export``."""

from pathlib import Path

import click

from keras_stem.cli.common import Steps
from keras_stem.cli.crystal_options import crystal_options
from keras_stem.io.registry import frame_names


@click.command("export")
@click.argument("map_", metavar="MAP", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--axes",
    type=click.Choice(("standard", "file")),
    default="standard",
    show_default=True,
    help="Unit cell that the orientations refer to: the conventional cell, or that of the CIF file.",
)
@click.option(
    "--step",
    "steps",
    type=Steps(),
    help="Step between rows and between columns, or one for both, in place of that of the map.",
)
@click.option("--unit", help="Unit of --step.  [default: nm]")
@click.option(
    "--frame",
    type=click.Choice(frame_names()),
    help="Convention of the Euler angles, for a map of another program (docs/labels.md).",
)
@crystal_options("Crystal structure in place of a phase of the map")
def command(map_, out, axes, steps, unit, frame, phases) -> None:
    """Write MAP as OUT: .h5 (orix), .ang (EDAX) or .ctf (Oxford).

    MAP is an .h5 of orix or of kstem map, a scan with labels, or, with --frame, a map of another program.
    """
    from keras_stem.errors import KerasStemError
    from keras_stem.files import complete_file
    from keras_stem.io.export import axes_text, require_map_name, write_map
    from keras_stem.io.map_files import load_map, orientation_note
    from keras_stem.io.map_grid import with_steps
    from keras_stem.units import length_unit

    if unit is not None and steps is None:
        raise KerasStemError(f"Expected --step together with --unit {unit}, found --unit alone.")
    require_map_name(out)
    crystal_map, origin = load_map(map_, frame, phases)
    if steps is not None:
        crystal_map = with_steps(crystal_map, steps, length_unit(unit or "nm"))
    with complete_file(out) as partial:
        write_map(partial, crystal_map, origin, axes)
    for line in axes_text(crystal_map, axes):
        click.echo(line)
    if note := orientation_note(origin):
        click.echo(f"{note}.")
    click.echo(f"Wrote {out}.")
