"""The commands of the program, and which files each of them reads."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from fuzz.junk import TEXTS, choose, number_text

from keras_stem.cli.main import COMMANDS, program

_NARROW = "--arch cnn --filters 4 --widths 16 --max-epochs 1 --score-every 1 --batch-size 8"
_NETWORK = f"{_NARROW} --min-q 0 --min-r 0"


@dataclass(frozen=True)
class Command:
    """A command as it works.

    Parameters
    ----------
    line
        Arguments; a name in braces is a file of that kind, and ``{out}`` what is written.
    quick
        Whether it takes less than about a second.
    changes
        Kind of the file that it changes.
    """

    line: str
    quick: bool = True
    changes: str | None = None

    @property
    def kinds(self) -> list[str]:
        """Kinds of files that it reads."""
        return [kind for kind in KINDS if f"{{{kind}}}" in self.line]


KINDS = {
    "scan": ".h5",
    "map": ".h5",
    "ang": ".ang",
    "ctf": ".ctf",
    "csv": ".csv",
    "cif": ".cif",
    "model": ".keras",
}
"""Kinds of files, and their suffixes."""

READING = (
    Command("info {scan}"),
    Command("convert {scan} {out}.h5"),
    Command("convert {scan} {out}.h5 --repair --centre --square-pixels --scan-binning 2"),
    Command("virtual {scan} --out {out}", quick=False),
    Command("label import {scan} {map} --frame orix", changes="scan"),
    Command("label import {scan} {ang} --frame edax3", changes="scan"),
    Command("label import {scan} {ctf} --frame oxford", changes="scan"),
    Command("label import {scan} {csv} --frame astar --cif {cif} --ignore-step", changes="scan"),
    Command("label match {scan} --resolution 8", quick=False, changes="scan"),
    Command("label match {scan} --resolution 8 --cif {cif}", quick=False, changes="scan"),
    Command("phase {cif}"),
    Command("phase {cif} --plot {out}", quick=False),
    Command("export {map} {out}.ang"),
    Command("export {map} {out}.ctf"),
    Command("export {map} {out}.h5 --axes file"),
    Command("export {scan} {out}.h5 --step 3 --unit nm"),
    Command("grains {map} --out {out}", quick=False),
    Command("boundaries {map} --out {out}", quick=False),
    Command("clean {map} {out}.h5 --odd --min-q 5"),
    Command("clean {ang} {out}.ctf --frame edax3 --odd"),
    Command("clean {ctf} {out}.ang --frame oxford --fuse half-turn"),
    Command("clean {csv} {out}.h5 --frame astar --cif {cif} --odd"),
    Command("compare-maps {map} {scan} --out {out}", quick=False),
    Command("texture {map} --out {out}", quick=False),
    Command("report {map} --out {out}.html", quick=False),
    Command("report {scan} --out {out}.html", quick=False),
    Command("map {scan} --model {model} --out {out} --all", quick=False),
    Command("evaluate {scan} --model {model} --min-q 0 --min-r 0", quick=False),
    Command("figures {scan} --paper --model {model} --min-q 0 --out {out}", quick=False),
    Command(f"fit {{scan}} {_NETWORK}", quick=False),
    Command("fit {scan} --weights {model} --max-epochs 1 --min-q 0 --min-r 0", quick=False),
    Command(f"fit --simulate {{cif}} --like {{scan}} --patterns 16 {_NARROW}", quick=False),
    Command(f"study targets {{scan}} {_NETWORK}", quick=False),
    Command("simulate {out}.h5 --shape 4x4 --grains 2 --workers 1 --cif {cif}", quick=False),
)
"""Commands that read files."""

_OPTIONS_ONLY = (
    Command("simulate {out}.h5 --shape 4x4 --grains 2 --workers 1", quick=False),
    Command("quickstart --max-epochs x --out {out}"),
    Command("compare --csv {out}.csv", quick=False),
    Command("models", quick=False),
    Command("sync", quick=False),
    Command("ui"),
)

_LONG = {"max_epochs", "patterns", "workers", "best", "max-epochs", "shape"}
"""Options that may ask for more work than a test has time for, and rightly get it."""


def all_commands() -> tuple[Command, ...]:
    """Return all commands, of which each is in the list at least once."""
    listed = (*READING, *_OPTIONS_ONLY)
    assert {command.line.split()[0] for command in listed} == set(COMMANDS)
    return listed


def junk_options(rng: np.random.Generator, command: Command) -> list[str]:
    """Return one to three options of a command with values that nobody meant."""
    words = command.line.split()
    found = program.get_command(None, words[0])
    if isinstance(found, click.Group):
        found = found.get_command(None, words[1])
    options = [one for one in found.params if isinstance(one, click.Option) and one.name not in _LONG]
    given = []
    for option in (choose(rng, options) for _ in range(int(rng.integers(1, 4)) if options else 0)):
        given.append(choose(rng, [*option.opts, *option.secondary_opts]))
        if not option.is_flag:
            given.append(_value(rng, option))
    return given


def _value(rng: np.random.Generator, option: click.Option) -> str:
    kinds: tuple[Callable, ...] = (
        lambda: number_text(rng),
        lambda: str(choose(rng, (0, -1, 1, 2, 7, 1e-9, 1e9, 10**12, -(10**12), 0.3, 200))),
        lambda: choose(rng, TEXTS),
        lambda: ",".join(number_text(rng) for _ in range(int(rng.integers(1, 5)))),
        lambda: "x".join(number_text(rng) for _ in range(2)),
        lambda: ":".join(choose(rng, (number_text(rng), "name")) for _ in range(3)),
    )
    if isinstance(option.type, click.Choice) and rng.random() < 0.7:
        return str(choose(rng, option.type.choices))
    value = choose(rng, kinds)()
    if isinstance(option.type, click.Path) and (value.startswith(("/", "..")) or Path(value).is_absolute()):
        return "junk"
    return value.replace("\0", "")
