"""``kstem convert``."""

from pathlib import Path

import click

from keras_stem.cli.cluster import cluster, cluster_options
from keras_stem.cli.common import (
    BEAM_ENERGY,
    NOT_NEGATIVE,
    POSITIVE,
    GridShape,
    Steps,
    pattern_progress_of_unknown,
)


class Window(click.ParamType):
    """Range of rows and range of columns, as 10:200,20:220; any number may be left out."""

    name = "ROWS,COLUMNS"

    def convert(self, value, param, ctx) -> tuple[int | None, ...]:  # noqa: D102
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
@click.option(
    "--scan-shape",
    type=GridShape(),
    help="Shape of the scan, for a file that holds only a stack of patterns.",
)
@click.option("--scan-crop", type=Window(), default=WHOLE, help="Part of the scan to keep, as 10:200,20:220.")
@click.option("--crop", type=Window(), default=WHOLE, help="Part of the detector to keep, as 10:200,20:220.")
@click.option("--repair", is_flag=True, help="Replace hot and dead pixels by the median of their neighbours.")
@click.option(
    "--centre",
    is_flag=True,
    help="Shift each pattern so that the direct beam is at the centre of the detector.",
)
@click.option(
    "--scan-binning",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Binning of the scan: positions along each axis that are summed into one.",
)
@click.option(
    "--binning",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Binning of the detector: pixels along each axis that are summed into one.",
)
@click.option("--overwrite", is_flag=True, help="Replace OUT even if it is a scan with labels.")
@click.option(
    "--square-pixels",
    is_flag=True,
    help="Resample non-square pixels to squares of their longer side.",
)
@click.option("--pixel-size", type=POSITIVE, help="Pixel size of the recorded patterns (1/Å).")
@click.option(
    "--step", "steps", type=Steps(), help="Step between recorded rows and between columns, or one for both."
)
@click.option("--unit", help="Unit of --step.  [default: nm]")
@click.option(
    "--gain",
    type=POSITIVE,
    help="Detector gain: value of one electron.  [default: 1, or estimated from the noise]",
)
@click.option("--beam-energy", type=BEAM_ENERGY, help="Beam energy (kV).")
@click.option("--camera-length", type=POSITIVE, help="Camera length (mm).")
@click.option("--convergence-angle", type=POSITIVE, help="Convergence semi-angle (mrad).")
@click.option("--precession-angle", type=NOT_NEGATIVE, help="Precession angle (degrees).")
@cluster_options
def command(
    source, out, overwrite, pixel_size, steps, unit, gain, beam_energy, camera_length, convergence_angle,
    precession_angle, scheduler, workers, **steps_of_conversion,
) -> None:  # fmt: skip
    """Make the scan file OUT from SOURCE, a file of an instrument or of another program.

    SOURCE is a file that RosettaSciIO reads (.blo, .mib, .app5, .hspy, .zspy, .dm4, .emd, .tvips, .mrc, .tif
    and others) or a scan file; HDF5 files may have any name. OUT is an HDF5 file or, if it ends in .zspy, a
    store of HyperSpy (Zarr), which --workers and --dask also write in parallel. Calibration options replace
    the values in the file.
    """
    from keras_stem.errors import KerasStemError
    from keras_stem.instrument.beam import Beam
    from keras_stem.io.hdf5 import is_labelled
    from keras_stem.scan.scan import Scan
    from keras_stem.workflow.conversion import Calibration, Conversion
    from keras_stem.workflow.convert import convert
    from keras_stem.workflow.describe import describe_geometry

    if not overwrite and is_labelled(out):
        raise KerasStemError(
            f"Expected no labels in {out}, found a scan with labels; give --overwrite to replace it."
        )
    beam = Beam(beam_energy, convergence_angle, precession_angle)
    calibration = Calibration(pixel_size, steps, unit, gain, beam, camera_length)
    conversion = Conversion(**steps_of_conversion, calibration=calibration)
    with cluster(scheduler, workers) as client, pattern_progress_of_unknown("Converting") as progress:
        converted = convert(source, out, conversion, progress, client)
    with Scan(out) as scan:
        for name, value in describe_geometry(scan).items():
            click.echo(f"{name}: {value}")
    for note in converted.notes:
        click.echo(note)
    click.echo(f"Wrote {out}.")
