"""``kstem export``."""

from pathlib import Path

import click

from keras_stem.cli.common import Steps


@click.command("export")
@click.argument("map_", metavar="MAP", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--axes",
    type=click.Choice(("standard", "file")),
    default="standard",
    show_default=True,
    help="Cell that the orientations refer to: the conventional one, or that of the CIF file.",
)
@click.option("--step", "steps", type=Steps(), help="Distance of rows and columns, in place of the map's.")
@click.option("--unit", default="nm", show_default=True, help="Of --step.")
def command(map_, out, axes, steps, unit) -> None:
    """Write MAP, a map.h5 or a scan with labels, as OUT: .h5 (orix), .ang (EDAX) or .ctf (Oxford)."""
    from keras_stem.files import complete_file
    from keras_stem.mapping.export import axes_text, require_map_name, write_map
    from keras_stem.scan.labels import with_steps
    from keras_stem.scan.map_files import read_map
    from keras_stem.units import length_unit

    require_map_name(out)
    crystal_map, origin = read_map(map_)
    if steps is not None:
        crystal_map = with_steps(crystal_map, steps, length_unit(unit))
    with complete_file(out) as partial:
        write_map(partial, crystal_map, origin, axes)
    for line in axes_text(crystal_map, axes):
        click.echo(line)
    click.echo(f"Wrote {out}.")
