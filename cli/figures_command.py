"""``kstem figures``."""

from pathlib import Path

import click

from keras_stem.cli.common import FINITE, SCAN, beside, import_backend
from keras_stem.figures.registry import PAPER_FIGURES, figure_names


@click.command("figures")
@SCAN
@click.option("--paper", is_flag=True, help="Draw all figures of the paper (Wissel et al.).")
@click.option(
    "--figure",
    "figures",
    multiple=True,
    type=click.Choice(figure_names()),
    help="Name of a figure to draw; may be repeated (docs/paper-figures.md).",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    help="Model: a models:/ URI, the id of a run, or a .keras file; may be repeated, and figure_10 shows the "
    "first.  [default: the best registered model of each network]",
)
@click.option(
    "--study",
    "studies",
    multiple=True,
    help="Study whose models are shown, in its order and after those of --model; may be repeated.",
)
@click.option(
    "--min-q", type=FINITE, help="Smallest Q of DS_Q; other points are grey.  [default: that of the training]"
)
@click.option("--out", type=click.Path(path_type=Path), help="Output folder.  [default: SCAN-figures]")
def command(scan, paper, figures, models, studies, min_q, out) -> None:
    """Draw figures, such as those of the paper, from SCAN with its labels and from trained models.

    Each figure is written as PNG and as SVG. Other packages can add figures (docs/paper-figures.md).
    """
    if not paper and not figures:
        known = ", ".join(figure_names())
        raise click.UsageError(
            f"Expected --paper for the figures of the paper, or --figure with one of {known}."
        )
    import_backend()
    from keras_stem.scan.scan import Scan
    from keras_stem.workflow.figures import best_models, study_models, write_figures

    out = out or beside(scan, "figures")
    names = dict.fromkeys([*(PAPER_FIGURES if paper else ()), *figures])
    with Scan(scan) as opened:
        titles = {run_id: title for study in studies for run_id, title in study_models(study).items()}
        chosen = list(dict.fromkeys([*models, *titles])) or best_models(opened.phase.name)
        drawn = write_figures(opened, chosen, out, names, min_q, verbose=True, titles=titles)
    for name, reference in drawn.models.items():
        click.echo(f"{name}: {reference}")
    for line in drawn.notes:
        click.echo(line)
    written = ", ".join(name.removeprefix("figure_") for name in drawn.written)
    click.echo(f"Wrote figures {written} to {out}." if written else "No figure was drawn.")
