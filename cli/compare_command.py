"""``kstem compare``."""

from pathlib import Path

import click

from keras_stem.cli.common import import_backend


@click.command("compare")
@click.argument("study", required=False)
@click.option("--csv", type=click.Path(path_type=Path), help="Also write all metrics to this CSV file.")
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
@click.option(
    "--curves",
    type=click.Path(path_type=Path),
    help="Also draw the learning curves (Fig. 8 of the paper) to this PNG file.",
)
@click.option(
    "--chart",
    type=click.Path(path_type=Path),
    help="Also draw the errors on DS_Test and the training times to this PNG file.",
)
def command(study, csv, markdown, curves, chart) -> None:
    """Print the scores and costs of all tracked trainings, or of those of the last STUDY of that name."""
    import_backend()
    from keras_stem.cli.tables import print_comparison
    from keras_stem.workflow.compare import all_rows, draw_chart, draw_curves, named_study_rows, write_csv

    rows = named_study_rows(study) if study else all_rows()
    if not rows:
        click.echo("Found no finished trainings; run kstem fit or kstem study first.")
        return
    print_comparison(rows, markdown)
    if csv:
        write_csv(rows, csv)
        click.echo(f"Wrote {csv}.")
    if curves:
        draw_curves(rows, curves)
        click.echo(f"Wrote {curves}.")
    if chart:
        draw_chart(rows, chart)
        click.echo(f"Wrote {chart}.")
