"""``kstem report``."""

import contextlib
import functools
from pathlib import Path

import click

from keras_stem.cli.common import beside, pattern_progress_of_unknown
from keras_stem.cli.map_options import DIRECTION, map_options
from keras_stem.io.zspy import is_store


@click.command("report")
@click.argument("what", metavar="RUN|MAP")
@map_options
@click.option(
    "--scan",
    type=click.Path(path_type=Path),
    help="Scan whose patterns are shown.  [default: the scan that MAP refers to, if it exists]",
)
@DIRECTION
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="HTML file; the figures go to a folder of the same name.  [default: MAP without .h5, or id, "
    "-report.html]",
)
def command(what, frame, phases, min_q, scan, direction, out) -> None:
    """Write an HTML report about a map or a training, with its figures as PNG and SVG in a folder beside it.

    MAP is an .h5 of orix or of kstem map, a scan with labels, or, with --frame, a map of another program; RUN
    is the id of a run, its first characters, or a models:/ URI. The page needs no internet; the page of a map
    shows the values and the pattern of each point.
    """
    path = Path(what)
    if path.is_file() or is_store(path):
        written = _report_map(path, frame, phases, min_q, scan, direction, out)
    else:
        _refuse_options_of_maps(what, frame, phases, min_q, scan)
        written = _report_run(what, out)
    if written.counted:
        click.echo(f"{written.counted}.")
    if written.note:
        click.echo(written.note)
    size = written.page.stat().st_size / 1e6
    click.echo(f"Wrote {written.page} ({size:.1f} MB) and its figures to {written.figures}.")


def _report_map(path, frame, phases, min_q, scan, direction, out):
    from keras_stem.workflow.report_map import report_map

    with contextlib.ExitStack() as stack:

        @functools.cache
        def bar():  # only where there are patterns
            return stack.enter_context(pattern_progress_of_unknown("Reading"))

        return report_map(
            path,
            out or beside(path, "report.html"),
            frame,
            phases,
            min_q,
            scan,
            direction,
            progress=lambda done, total: bar()(done, total),
        )


def _report_run(what, out):
    from keras_stem.workflow.report_run import find_run, report_run

    run = find_run(what)
    return report_run(run, out or Path(f"{run.info.run_id[:8]}-report.html"))


def _refuse_options_of_maps(what, frame, phases, min_q, scan):
    from keras_stem.errors import KerasStemError

    given = {"--frame": frame, "--cif": phases, "--min-q or --all": min_q, "--scan": scan}
    for name, value in given.items():
        if value not in (None, []):
            raise KerasStemError(f"Expected the file of a map with {name}, found no file {what!r}.")
