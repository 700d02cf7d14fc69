"""``kstem export``."""

from pathlib import Path

import click


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
def command(map_, out, axes) -> None:
    """Write MAP, a map.h5 or a scan with labels, as OUT: .h5 (orix), .ang (EDAX) or .ctf (Oxford)."""
    from keras_stem.files import complete_file
    from keras_stem.mapping.export import axes_text, require_map_name, write_map
    from keras_stem.scan.map_files import read_map

    require_map_name(out)
    crystal_map, origin = read_map(map_)
    with complete_file(out) as partial:
        write_map(partial, crystal_map, origin, axes)
    for line in axes_text(crystal_map, axes):
        click.echo(line)
    click.echo(f"Wrote {out}.")
