"""``kstem figures``."""

from pathlib import Path

import click

from keras_stem.cli.common import FINITE, SCAN, beside, import_backend


@click.command("figures")
@SCAN
@click.option("--paper", is_flag=True, help="Those of the paper (Wissel et al.).")
@click.option(
    "--model",
    "models",
    multiple=True,
    help="A models:/ URI, the id of a run, or a .keras file; may be repeated, and the first is that of "
    "Fig. 10. [default: the best registered model of each network]",
)
@click.option(
    "--min-q", type=FINITE, help="Smallest Q of the points that are shown.  [default: that of the training]"
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder.  [default: SCAN-figures]")
def command(scan, paper, models, min_q, out) -> None:
    """Draw the figures of the paper, as PNG and SVG, from SCAN with its labels and from trained models."""
    if not paper:
        raise click.UsageError("Expected --paper, which names the set of figures: those of the paper.")
    import_backend()
    from keras_stem.scan.scan import Scan
    from keras_stem.workflow.paper_figures import paper_models, write_paper_figures

    out = out or beside(scan, "figures")
    with Scan(scan) as opened:
        chosen = list(models) or paper_models(opened.phase.name)
        figures = write_paper_figures(opened, chosen, out, min_q, verbose=True)
    for name, reference in figures.models.items():
        click.echo(f"{name}: {reference}")
    for line in figures.left_out:
        click.echo(line)
    names = ", ".join(name.removeprefix("figure_") for name in figures.written)
    click.echo(f"Wrote figures {names} to {out}.")
