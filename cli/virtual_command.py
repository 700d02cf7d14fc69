"""``kstem virtual``."""

from pathlib import Path

import click

from keras_stem.cli.cluster import cluster, cluster_options
from keras_stem.cli.common import SCAN, beside, pattern_progress, show_notes


class Numbers(click.ParamType):
    """Numbers separated by a character."""

    def __init__(self, separator: str, counts: tuple[int, ...], example: str):
        self.name = example
        self._separator = separator
        self._counts = counts

    def convert(self, value, param, ctx) -> tuple[float, ...]:  # noqa: D102
        try:
            numbers = tuple(float(part) for part in value.split(self._separator))
        except ValueError:
            numbers = ()
        if len(numbers) not in self._counts:
            self.fail(f"expected numbers such as {self.name}, found {value!r}", param, ctx)
        return numbers


@click.command("virtual")
@SCAN
@click.option("--out", type=click.Path(path_type=Path), help="Output folder.  [default: SCAN-virtual]")
@click.option(
    "--bright",
    type=Numbers(":", (2,), "0:0.12"),
    help="Bright field: inner and outer radius of the virtual detector (1/Å).  [default: the direct beam]",
)
@click.option(
    "--dark",
    multiple=True,
    type=Numbers(":", (2,), "0.3:1.2"),
    help="Dark field: inner and outer radius of a virtual detector (1/Å); may be repeated.  "
    "[default: everything outside the direct beam]",
)
@click.option(
    "--spot",
    multiple=True,
    type=Numbers(",", (2, 3), "0.4,-0.1,0.05"),
    help="Dark field of a single spot: x to the right, y up, and radius (1/Å); may be repeated.",
)
@click.option("--pixels", is_flag=True, help="Read all radii and positions as pixels instead of 1/Å.")
@cluster_options
def command(scan, out, bright, dark, spot, pixels, scheduler, workers) -> None:
    """Write virtual bright-field and dark-field images of SCAN, and a map of its labels shaded by Q."""
    from keras_stem.scan.scan import Scan
    from keras_stem.scan.virtual import apertures_of
    from keras_stem.workflow.virtual import write_virtual_images

    out = out or beside(scan, "virtual")
    with Scan(scan) as opened:
        show_notes(opened)
        apertures = apertures_of(opened.info, bright, dark, spot, pixels)
        with (
            cluster(scheduler, workers) as client,
            pattern_progress("Summing", len(opened)) as progress,
        ):
            names = write_virtual_images(opened, apertures, out, progress, client)
    click.echo(f"Wrote {', '.join(names)} to {out}.")
