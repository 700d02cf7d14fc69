"""``kstem simulate``."""

from pathlib import Path

import click

from keras_stem.cli.cluster import DASK, cluster
from keras_stem.cli.common import FINITE, NOT_NEGATIVE, POSITIVE, GridShape, pattern_progress
from keras_stem.cli.crystal_options import crystal_option


@click.command("simulate")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--shape", type=GridShape(), default="64x64", show_default=True, help="Shape of the scan (positions)."
)
@click.option(
    "--detector",
    type=click.IntRange(64, 512),
    default=64,
    show_default=True,
    help="Side of the detector (pixels).",
)
@click.option(
    "--detector-radius",
    type=POSITIVE,
    default=1.6,
    show_default=True,
    help="Half-width of the detector in reciprocal space (1/Å).",
)
@click.option("--grains", type=click.IntRange(2), default=24, show_default=True, help="Number of grains.")
@click.option(
    "--spread",
    type=NOT_NEGATIVE,
    default=2.0,
    show_default=True,
    help="Largest misorientation inside a grain (degrees).",
)
@click.option(
    "--overlap",
    type=NOT_NEGATIVE,
    default=0.5,
    show_default=True,
    help="Largest width of the overlap of neighbouring grains (grain diameters).",
)
@click.option(
    "--vacuum", type=FINITE, default=0.2, show_default=True, help="Share of the scan that is vacuum."
)
@click.option("--step", type=POSITIVE, default=5.0, show_default=True, help="Step of the scan (nm).")
@click.option(
    "--dose", type=POSITIVE, default=1e5, show_default=True, help="Number of electrons per pattern."
)
@click.option(
    "--drift",
    type=NOT_NEGATIVE,
    default=0.0,
    show_default=True,
    help="Largest drift of the pattern centre (pixels).",
)
@click.option(
    "--hot-pixels",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Number of hot pixels of the detector.",
)
@crystal_option("--cif", "Crystal structure.  [default: LiNiO2]")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all random numbers.")
@click.option("--workers", type=click.IntRange(1), help="Number of processes.  [default: all cores]")
@DASK
def command(
    out, shape, detector, detector_radius, grains, spread, overlap, vacuum, step, dose, drift, hot_pixels,
    crystal, seed, workers, scheduler,
) -> None:  # fmt: skip
    """Simulate a scan of a polycrystal with known ground truth.

    OUT is an HDF5 file that HyperSpy opens as a signal and orix as a crystal map. Its labels imitate template
    matching; the true orientations are stored as further properties of the map.
    """
    from keras_stem.simulate.microstructure import Polycrystal
    from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan

    simulation = Simulation(
        polycrystal=Polycrystal(shape, grains, spread, overlap, vacuum),
        camera=Camera(detector, detector_radius, dose, drift, hot_pixels),
        step=step,
        seed=seed,
        **({"crystal": crystal} if crystal else {}),
    )
    if scheduler and workers:
        raise click.UsageError("--dask and --workers exclude each other.")
    with (
        cluster(scheduler) as client,
        pattern_progress("Simulating", shape[0] * shape[1]) as progress,
    ):
        simulate_scan(out, simulation, progress, workers, client)
    click.echo(f"Wrote {out}.")
