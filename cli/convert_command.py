"""``kstem convert``."""

from pathlib import Path

import click

from keras_stem.cli.common import (
    BEAM_ENERGY,
    NOT_NEGATIVE,
    POSITIVE,
    GridShape,
    Steps,
    pattern_progress_of_unknown,
)


class Window(click.ParamType):
    """Rows and columns of a part, as 10:200,20:220; any number may be left out."""

    name = "ROWS,COLUMNS"

    def convert(self, value, param, ctx):  # noqa: D102
        if isinstance(value, tuple):
            return value
        try:
            rows, columns = value.split(",")
            numbers = [*rows.split(":"), *columns.split(":")]
            first, last, left, right = (int(number) if number.strip() else None for number in numbers)
        except ValueError:
            self.fail(f"expected rows and columns such as 10:200,20:220, found {value!r}", param, ctx)
        return first, last, left, right


WHOLE = (None, None, None, None)


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--scan-shape", type=GridShape(), help="Of a mere stack of patterns.")
@click.option("--scan-crop", type=Window(), default=WHOLE, help="Part of the scan.")
@click.option("--crop", type=Window(), default=WHOLE, help="Part of the detector.")
@click.option("--repair", is_flag=True, help="Mend hot and dead pixels.")
@click.option("--centre", is_flag=True, help="Move the direct beam to the middle of the detector.")
@click.option(
    "--scan-binning", type=click.IntRange(1), default=1, show_default=True, help="Positions summed into one."
)
@click.option(
    "--binning", type=click.IntRange(1), default=1, show_default=True, help="Pixels summed into one."
)
@click.option("--overwrite", is_flag=True, help="Replace OUT even if it is a scan with labels.")
@click.option(
    "--square-pixels",
    is_flag=True,
    help="Resample pixels that are not square, to their longer side.",
)
@click.option("--pixel-size", type=POSITIVE, help="Of a pixel as recorded, 1/Å.")
@click.option("--step", "steps", type=Steps(), help="Distance of rows and columns as recorded, or of both.")
@click.option("--unit", help="Of the step.  [default: nm]")
@click.option("--gain", type=POSITIVE, help="Value of one electron.  [default: 1, or as the noise tells]")
@click.option("--beam-energy", type=BEAM_ENERGY, help="kV.")
@click.option("--camera-length", type=POSITIVE, help="mm.")
@click.option("--convergence-angle", type=POSITIVE, help="Half angle, mrad.")
@click.option("--precession-angle", type=NOT_NEGATIVE, help="deg.")
def command(
    source,
    out,
    scan_shape,
    scan_crop,
    crop,
    repair,
    square_pixels,
    centre,
    scan_binning,
    binning,
    overwrite,
    **calibration,
) -> None:
    """Make the scan file OUT from SOURCE, a file of an instrument or of another program.

    SOURCE is what RosettaSciIO reads: .blo, .mib, .app5, .hspy, .zspy, .dm4, .emd, .tvips, .mrc, .tif and
    others, or a scan file. HDF5 files may have any name. What is given of the calibration replaces what the
    file says.
    """
    from keras_stem.errors import KerasStemError
    from keras_stem.scan.hdf5 import is_labelled
    from keras_stem.scan.scan import Scan
    from keras_stem.workflow.conversion import Calibration, Conversion
    from keras_stem.workflow.convert import convert
    from keras_stem.workflow.describe import describe_geometry

    if not overwrite and is_labelled(out):
        raise KerasStemError(f"{out} is a scan with labels; give --overwrite to replace it.")
    conversion = Conversion(
        scan_shape=scan_shape,
        scan_crop=scan_crop,
        crop=crop,
        repair=repair,
        square_pixels=square_pixels,
        centre=centre,
        scan_binning=scan_binning,
        binning=binning,
        calibration=Calibration(**calibration),
    )
    with pattern_progress_of_unknown("Converting") as progress:
        converted = convert(source, out, conversion, progress)
    with Scan(out) as scan:
        for name, value in describe_geometry(scan).items():
            click.echo(f"{name}: {value}")
    for note in converted.notes:
        click.echo(note)
    click.echo(f"Wrote {out}.")
