"""``kstem export``."""

from pathlib import Path

import click


@click.command("export")
@click.argument("map_", metavar="MAP", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def command(map_, out) -> None:
    """Write MAP, a map.h5 or a scan with labels, as OUT: .h5 (orix), .ang (EDAX) or .ctf (Oxford)."""
    from keras_stem.files import complete_file
    from keras_stem.mapping.export import require_map_name, write_map
    from keras_stem.scan.map_files import read_map

    require_map_name(out)
    crystal_map, origin = read_map(map_)
    with complete_file(out) as partial:
        write_map(partial, crystal_map, origin)
    click.echo(f"Wrote {out}.")
