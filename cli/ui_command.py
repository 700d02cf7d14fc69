"""``kstem ui``."""

import subprocess
import sys

import click


@click.command("ui")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=5000, show_default=True, help="Port to listen on."
)
def command(host, port) -> None:
    """Open the MLflow UI with the tracked runs; Ctrl-C ends it."""
    from keras_stem.errors import KerasStemError
    from keras_stem.tracking.store import connect, tracking_uri

    uri = tracking_uri()
    if uri.startswith("http"):
        click.echo(f"The runs are on a tracking server; open {uri} in a browser.")
        return
    uri = connect().tracking_uri
    click.echo(f"Open http://{host}:{port} in a browser; Ctrl-C ends it.")
    arguments = ("--backend-store-uri", uri, "--host", host, "--port", str(port))
    server = subprocess.Popen([sys.executable, "-m", "mlflow", "ui", *arguments])
    try:
        status = server.wait()
    except KeyboardInterrupt:
        server.terminate()  # which a signal to this process alone does not
        server.wait()
        return
    if status:
        raise KerasStemError(
            f"The MLflow UI ended with status {status}; if port {port} is in use, choose another with --port."
        )
