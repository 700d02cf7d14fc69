"""``kstem models``."""

import click


@click.command("models")
def command() -> None:
    """List the registered models with architecture, scores on DS_Test and aliases."""
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
    for title in ("Median", "< 5°", "R²"):
        table.add_column(title, justify="right")
    table.add_column("Aliases")
    for model in models:
        cells = (_cell(model.metrics, "median", "{:.2f}"), _cell(model.metrics, "under_5", "{:.1%}"))
        r2 = _cell(model.metrics, "r2", "{:.3f}")
        table.add_row(model.uri, model.arch, model.backend, *cells, r2, ", ".join(model.aliases))
    console = Console(markup=False, emoji=False)  # names may hold brackets and colons
    console.print(table)
    for name, phase in {model.name: model.phase for model in models if model.name != model.phase}.items():
        console.print(f"{name} stands for the phase {phase!r}.", highlight=False)
    console.print("Scores on DS_Test. Median, < 5°: disorientation (°). R²: Euler angles.", highlight=False)


def _cell(metrics: dict[str, float], name: str, form: str) -> str:
    value = metrics.get(f"final_test_{name}")
    return "" if value is None else form.format(value)
