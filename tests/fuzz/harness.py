"""One run of the program on changed input, in this process, and what must hold after it."""

import contextlib
import faulthandler
import hashlib
import re
import resource
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from click.testing import CliRunner
from fuzz.commands import KINDS, Command, junk_options
from fuzz.hdf5_mutators import mutate_hdf5
from fuzz.junk import choose
from fuzz.model_mutators import mutate_model
from fuzz.text_mutators import mutate_text

from keras_stem.cli.main import program
from keras_stem.errors import KerasStemError

SECONDS = 20
"""A run that takes longer hangs."""

_MEMORY = 6 << 30
"""Bytes that a run may take beyond what the process has; a tiny scan needs a hundredth."""

_MUTATORS = {"scan": mutate_hdf5, "map": mutate_hdf5, "model": mutate_model}

_PYTHON = re.compile(
    r"^(kstem: )?[A-Z]\w+(Error|Exception|Warning)\b|object has no attribute|'NoneType'|unsupported operand"
    r"|broadcast|did not match|out of bounds|unexpected keyword|required positional|unhashable"
    r"|not subscriptable|object is not|not supported between|codec can't|has no len"
    r"|Traceback|invalid literal|could not convert"
)
"""What a message says when Python, and nobody else, wrote it."""


class Hang(BaseException):
    """The run took too long; no handler of `Exception` may catch it."""


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Parameters
    ----------
    number
        Of the input, which makes it again.
    what
        Arguments and changes.
    defect
        What must not be; empty if all is well.
    message
        Of its error, in one line.
    """

    number: int
    what: str
    defect: str
    message: str


def run_input(number: int, commands: tuple[Command, ...], bases: dict[str, Path], folder: Path) -> Outcome:
    """Make the input of a number from files that are right, run the program on it, and look.

    Parameters
    ----------
    number
        Fixes command, changes and options; an input is the same however many others there are.
    commands
        To choose from.
    bases
        A right file of each kind.
    folder
        For this input; emptied before.
    """
    rng = np.random.default_rng(number)
    command = commands[number % len(commands)]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    files = {kind: Path(shutil.copy(bases[kind], folder / f"{kind}{KINDS[kind]}")) for kind in command.kinds}
    what, options = [], []
    if files and rng.random() < 0.85:
        kind = choose(rng, files)
        what.append(f"{kind}: {_MUTATORS.get(kind, mutate_text)(rng, files[kind])}")
    else:
        options = junk_options(rng, command)
    places = {kind: str(path) for kind, path in files.items()}
    arguments = [word.format(out=folder / "out", **places) for word in command.line.split()] + options
    before = _hashes(folder)
    message, defect, succeeded = _run(arguments)
    defect = defect or _changes(before, _hashes(folder), command, succeeded)
    return Outcome(number, f"kstem {' '.join(arguments)[:400]} | {' '.join(what)}", defect, message)


def _run(arguments: list[str]) -> tuple[str, str, bool]:
    """Return the message, the defect and whether the program succeeded."""
    try:
        with _limits():
            result = CliRunner().invoke(program, arguments)
    except Hang:
        return "", f"hangs for more than {SECONDS} s", False
    error = result.exception
    message = " ".join(str(error).split()) if isinstance(error, KerasStemError) else ""
    if error is not None and not isinstance(error, SystemExit | KerasStemError | click.ClickException):
        return message, f"{type(error).__name__}: {str(error)[:200]} {_place(error)}", False
    if result.exit_code not in (0, 1, 2):
        return message, f"exit status {result.exit_code}", False
    told = next((one for one in (message, *result.output.splitlines()) if _PYTHON.search(one)), "")
    return message, f"says {told[:300]!r}" if told else "", result.exit_code == 0


def _place(error: BaseException) -> str:
    """Return where in the package an error rose, for the person who mends it."""
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "keras_stem" in code.co_filename or "/cli/" in code.co_filename:
            place = f"({Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name})"
        trace = trace.tb_next
    return place


@contextlib.contextmanager
def _limits():
    """Limit the time and the memory of what runs."""

    def stop(*_):
        raise Hang

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    old = signal.signal(signal.SIGALRM, stop)
    resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY, hard))
    signal.alarm(SECONDS)
    faulthandler.dump_traceback_later(3 * SECONDS, exit=True, file=sys.__stderr__)  # compiled code hangs
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _changes(before: dict[str, str], after: dict[str, str], command: Command, succeeded: bool) -> str:
    """Return what a run must not have done to files."""
    partial = [name for name in after if "partial" in name or "incoming" in name]
    if partial:
        return f"left {partial[0]}"
    allowed = {f"{command.changes}{KINDS[command.changes]}"} if command.changes and succeeded else set()
    changed = [name for name, found in before.items() if after.get(name) != found and name not in allowed]
    if changed:
        return f"changed {changed[0]}"
    new = sorted(set(after) - set(before))
    return f"failed, but wrote {new[0]}" if new and not succeeded else ""
