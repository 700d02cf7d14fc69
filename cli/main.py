"""The program ``kstem``.

Commands are imported when they are needed, and import what they need when they run, so that ``kstem --help``
loads no backend, no MLflow, no orix and no matplotlib.
"""

import contextlib
import importlib
import os
import sys

import click

from keras_stem.cli.faults import explained
from keras_stem.cli.process import discard_output, ended_like_ctrl_c, flush_output, prepare_streams
from keras_stem.errors import KerasStemError, StorageError
from keras_stem.quiet import show_all_of_libraries, silence_libraries
from keras_stem.version import __version__

COMMANDS = {
    "quickstart": "Simulate a scan, fit the polar network, map it: the whole path in one go.",
    "simulate": "Simulate a polycrystal scan with known truth.",
    "convert": "Make a scan file from an instrument's or another program's.",
    "phase": "Show which crystal a CIF file is: symmetry, cell, reflections.",
    "label": "Label a scan: import a map, or match templates.",
    "info": "Show what is in a scan file.",
    "virtual": "Write virtual bright-field and dark-field images of a scan.",
    "fit": "Train a network on a scan, as an MLflow run.",
    "study": "Train a grid of networks, such as those of the paper, and compare them.",
    "compare": "Print the tables of tracked trainings.",
    "evaluate": "Score a model on a scan.",
    "map": "Map the orientations of a scan with a model.",
    "texture": "Measure the texture of a map: densities, pole figures, components.",
    "report": "Write a page of HTML about a map or a training.",
    "figures": "Draw the figures of the paper from a scan and models.",
    "clean": "Clean a map by given steps, and count what they change.",
    "grains": "Find the grains of a map and measure them.",
    "boundaries": "Find the boundaries of a map and their misorientations.",
    "compare-maps": "Compare two maps of one scan: how far they differ, and where.",
    "export": "Write a map for orix, EDAX or Oxford software.",
    "models": "List the registered models.",
    "ui": "Open the MLflow UI on the tracked runs.",
}


class _Program(click.Group):
    """Imports the module of a command when the command is used."""

    def list_commands(self, context):
        return list(COMMANDS)

    def get_command(self, context, name):
        if name not in COMMANDS:
            return None
        return importlib.import_module(f"keras_stem.cli.{name.replace('-', '_')}_command").command

    def format_commands(self, context, formatter):
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kstem")
@click.option("--debug", is_flag=True, help="Show tracebacks, and the warnings of libraries.")
@click.pass_context
def program(context: click.Context, debug: bool) -> None:
    """Map crystal orientations from 4D-STEM and SPED diffraction patterns with deep networks.

    The backend is that of Keras: set KERAS_BACKEND to tensorflow (default), jax or torch.
    """
    context.obj = debug


def main() -> None:
    """Run the program and exit with its status.

    Errors and Ctrl-C become one line on stderr and status 1, wrong usage status 2. SIGTERM and SIGHUP end it
    like Ctrl-C, with the status 128 and the number of the signal, as shells have it.
    """
    debug = "--debug" in sys.argv
    prepare_streams()
    show_all_of_libraries() if debug else silence_libraries()
    with ended_like_ctrl_c() as signals:
        status = _run(debug)
        flush_output()
        sys.exit(128 + signals[0] if signals else status)


def _run(debug: bool) -> int:
    try:
        program.main(standalone_mode=False)
        sys.stdout.flush()
        return 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as abort:  # click's word for Ctrl-C
        return _fail(str(abort.__cause__ or "") or "Interrupted; nothing was left half-written.", debug)
    except StorageError as error:
        # HDF5 tries once more to write what it could not when Python exits, and crashes.
        with contextlib.suppress(Exception):
            _fail(str(error), debug)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
    except KerasStemError as error:
        return _fail(str(error), debug)
    except BrokenPipeError:
        discard_output()
        return 1
    except Exception as error:
        return _fail(explained(error), debug)


def _fail(message: str, debug: bool) -> int:
    if debug:
        raise
    click.echo(f"kstem: {' '.join(message.split())}", err=True)
    return 1
