"""The program ``kstem``.

Commands are imported on use, and import heavy packages when they run, so that ``kstem --help``
loads no backend, no MLflow, no orix and no matplotlib.
"""

import ast
import contextlib
import importlib
import os
import re
import sys
from pathlib import Path
from typing import NoReturn

import click

from keras_stem.cli.faults import explained
from keras_stem.cli.process import (
    discard_output,
    end_process,
    ended_like_ctrl_c,
    flush_output,
    prepare_streams,
)
from keras_stem.errors import KerasStemError, StorageError
from keras_stem.quiet import show_all_of_libraries, silence_libraries
from keras_stem.version import __version__

COMMANDS = (
    "quickstart",
    "simulate",
    "convert",
    "phase",
    "label",
    "info",
    "virtual",
    "fit",
    "study",
    "compare",
    "evaluate",
    "map",
    "texture",
    "report",
    "figures",
    "clean",
    "grains",
    "boundaries",
    "compare-maps",
    "export",
    "models",
    "sync",
    "ui",
)
"""Names of the commands, in the order of the help; each is the module `<name>_command`."""


class _Program(click.Group):
    """Group that imports the module of a command only when the command is used.

    The list of commands therefore appears quickly, and even if a package that adds networks is broken.
    """

    def list_commands(self, context):
        return list(COMMANDS)

    def get_command(self, context, name):
        if name not in COMMANDS:
            return None
        return importlib.import_module(f"keras_stem.cli.{_module(name)}").command

    def format_commands(self, context, formatter):
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(name)) for name in COMMANDS])


def summary(name: str) -> str:
    """Return the first sentence of a command's docstring, read without importing its module."""
    source = Path(__file__).with_name(f"{_module(name)}.py").read_text(encoding="utf-8")
    functions = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    text = next(ast.get_docstring(function) for function in functions if function.name == "command")
    return re.split(r"(?<=\.) ", " ".join(text.split()), maxsplit=1)[0]


def _module(name: str) -> str:
    return f"{name.replace('-', '_')}_command"


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kstem")
@click.option("--debug", is_flag=True, help="Show tracebacks, and the warnings of libraries.")
@click.pass_context
def program(context: click.Context, debug: bool) -> None:
    """Map crystal orientations from 4D-STEM and SPED diffraction patterns with deep networks.

    The backend is that of Keras: set KERAS_BACKEND to tensorflow (default), jax or torch.
    """
    context.obj = debug


def entry_point() -> NoReturn:
    """Run the program as a process of its own, as the installed command ``kstem`` does."""
    try:
        main()
    except SystemExit as end:
        end_process(int(end.code or 0))


def main() -> NoReturn:
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
