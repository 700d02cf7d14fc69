"""``kstem sync``."""

import click

from keras_stem.errors import KerasStemError


@click.command("sync")
def command() -> None:
    """Send the runs and models that are kept for a tracking server and that it lacks.

    A training whose MLFLOW_TRACKING_URI is a server writes to the user's state folder first. If the server
    does not take everything meanwhile, this command sends the rest; it may be repeated. The server is that of
    MLFLOW_TRACKING_URI if it is set to one, or each server for which something is kept.
    """
    from keras_stem.tracking.spool import all_spools, spool_for
    from keras_stem.tracking.store import tracking_uri

    uri = tracking_uri()
    spools = [spool_for(uri)] if uri.startswith("http") else all_spools()
    if not spools:
        click.echo("Nothing is kept for a tracking server.")
    failed = [line for spool in spools for line in _send(spool)]
    if failed:
        raise KerasStemError("; ".join(failed))


def _send(spool) -> list[str]:
    """Send what is kept for a server; return what failed, one line each."""
    from keras_stem.tracking.sync import send_all

    try:
        sent = send_all(spool, click.echo)
    except KerasStemError as error:
        return [str(error)]
    for name, aliases in sent.versions.items():
        marks = f" (now {', '.join(aliases)})" if aliases else ""
        click.echo(f"Registered as models:/{name}{marks}.")
    for run in sent.runs.values():
        click.echo(f"Sent run {run} to {spool.address}.")
    if sent.active:
        runs = "1 run" if sent.active == 1 else f"{sent.active} runs"
        click.echo(f"Left {runs} of {spool.address} to the processes that are sending them.")
    if not (sent.runs or sent.failed or sent.active):
        click.echo(f"{spool.address} has everything.")
    return [f"{run} was not sent to {spool.address}: {reason}" for run, reason in sent.failed.items()]
