"""``kstem models``."""

import click

from keras_stem.cli.tables import stacked_head
from keras_stem.cli.terms import definitions
from keras_stem.metrics.vocabulary import DISORIENTATION, DS_TEST, R2, cells, final

_SHOWN = (*(quantity for quantity in DISORIENTATION if quantity.name in ("median", "under_5")), R2)
"""Scores of each model in the table."""


@click.command("models")
def command() -> None:
    """List the registered models with their networks, scores on DS_Test and aliases."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from keras_stem.tracking.registry import registered_models
    from keras_stem.tracking.store import connect, tracking_uri

    models = registered_models(connect())
    if not models:
        click.echo(f"There are no registered models in {tracking_uri()}; train one with kstem fit.")
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for title in ("Model", "Arch", "Backend"):
        table.add_column(title, no_wrap=True)
    for quantity in _SHOWN:
        table.add_column(stacked_head(quantity.head), justify="right")
    table.add_column("Aliases")
    for model in models:
        scores = cells(_SHOWN, model.metrics, f"{final('test')}_")
        table.add_row(model.uri, model.arch, model.backend, *scores, ", ".join(model.aliases))
    console = Console(markup=False, emoji=False)  # names may hold brackets and colons
    console.print(table)
    for name, phase in {model.name: model.phase for model in models if model.name != model.phase}.items():
        console.print(f"{name} is the registered model of the phase {phase!r}.", highlight=False)
    click.echo(definitions((DS_TEST, *_SHOWN)))
