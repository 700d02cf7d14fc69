"""``kstem info``."""

import click

from keras_stem.cli.common import MIN_Q, MIN_R, SCAN


@click.command("info")
@SCAN
@MIN_Q
@MIN_R
def command(scan, min_q, min_r) -> None:
    """Show what is in a scan file: shapes, calibration, phase, label statistics, subset sizes."""
    from rich.console import Console
    from rich.table import Table

    from keras_stem.scan.scan import Scan
    from keras_stem.scan.subsets import Thresholds
    from keras_stem.workflow.describe import describe

    with Scan(scan) as opened:
        table = Table(title=str(scan), show_header=False, title_justify="left")
        for name, value in describe(opened, Thresholds(min_q, min_r)).items():
            table.add_row(name, value)
        Console(markup=False, emoji=False).print(table)  # names may hold brackets and colons
