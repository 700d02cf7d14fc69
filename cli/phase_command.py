"""``kstem phase``."""

from pathlib import Path

import click

from keras_stem.cli.crystal_options import reading_options
from keras_stem.cli.tables import print_phase


@click.command("phase")
@click.argument("cifs", metavar="CIF...", nargs=-1, required=True)
@reading_options
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Also draw indexed zone-axis patterns as PNG to this folder.",
)
def command(cifs, space_group, keep_cell, symmetry_tolerance, plot) -> None:
    """Show the crystal structure of each CIF file: symmetry, cell, atoms, strongest reflections, warnings.

    FILE#BLOCK names one of several structures in a file.
    """
    from keras_stem.crystal.structure_files import load_phase
    from keras_stem.files import complete_file, existing_folder, file_part
    from keras_stem.workflow.phases import report_phase

    for number, cif in enumerate(cifs):
        phase = load_phase(cif, space_group, keep_cell, symmetry_tolerance)
        if number:
            click.echo()
        print_phase(report_phase(phase))
        if plot:
            from keras_stem.figures.style import save
            from keras_stem.figures.zone_axes import zone_axis_figure

            picture = existing_folder(plot) / f"{file_part(phase.name)}-zones.png"
            with complete_file(picture) as partial:
                save(zone_axis_figure(phase), partial)
            click.echo(f"Wrote {picture}.")
