"""Whatever is in a file or an option, the program answers with a result or with one line.

Each number makes one input: a command, a change of one of its files, or absurd options. By default 200 of
the quick commands are run; ``pytest -m fuzz`` runs as many over all commands as KERAS_STEM_FUZZ says (1,000),
from the number KERAS_STEM_FUZZ_FIRST (0) on.
"""

import os
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from fuzz.commands import all_commands
from fuzz.harness import run_input
from phases import LINIO2

from keras_stem.cli.main import program
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan

QUICK_INPUTS = 200


@pytest.fixture(scope="module")
def bases(trained, tmp_path_factory):
    """Return a right file of each kind, as small as may be."""
    from keras_stem.tracking.resolve import load_model

    folder = tmp_path_factory.mktemp("bases")
    bases = {name: folder / f"base.{name}" for name in ("ang", "ctf", "csv", "cif")}
    bases |= {"scan": folder / "scan.h5", "map": folder / "map.h5", "model": folder / "model.keras"}
    grains = Polycrystal(shape=(4, 5), grains=2, vacuum=0.0)
    simulate_scan(bases["scan"], Simulation(polycrystal=grains, camera=Camera(pixels=64), seed=1), workers=1)
    for kind in ("map", "ang", "ctf"):
        result = CliRunner().invoke(program, ["export", str(bases["scan"]), str(bases[kind])])
        assert result.exit_code == 0, result.exception
    _write_csv(bases["csv"])
    bases["cif"].write_text(LINIO2)
    load_model(trained.model_uri).save(bases["model"])
    return bases


class _EndedServer:
    """Stands in for the MLflow UI, which does not end where the options are right."""

    def __init__(self, arguments: list[str]):
        assert all(isinstance(argument, str) for argument in arguments)

    def wait(self) -> int:
        return 1


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.setattr("keras_stem.cli.ui_command.subprocess", SimpleNamespace(Popen=_EndedServer))


def _write_csv(path):
    rng = np.random.default_rng(0)
    rows = [
        [5 * x, 5 * y, *rng.uniform(0, 90, 3), 0, rng.uniform(20, 90), rng.uniform(10, 60)]
        for y in range(4)
        for x in range(5)
    ]
    np.savetxt(path, rows, "%.4f", delimiter=",", header="x,y,phi1,Phi,phi2,phase,Q,R", comments="")


@pytest.mark.slow
def test_bases_are_right(bases, tmp_path):
    """Else every run would fail for the same reason, and the fuzz would prove nothing."""
    for number, command in enumerate(all_commands()):
        if command.quick and command.kinds and not command.changes:
            words = [word.format(out=tmp_path / f"out{number}", **bases) for word in command.line.split()]
            result = CliRunner().invoke(program, words)
            assert result.exit_code == 0, (command.line, result.output, result.exception)


@pytest.mark.slow
def test_quick_inputs(bases, tmp_path):
    quick = tuple(command for command in all_commands() if command.quick)
    defects = _defects(range(QUICK_INPUTS), quick, bases, tmp_path)
    assert not defects, "\n".join(defects)


@pytest.mark.fuzz
@pytest.mark.timeout(0)
def test_inputs(bases, tmp_path):
    first = int(os.environ.get("KERAS_STEM_FUZZ_FIRST", "0"))
    numbers = range(first, first + int(os.environ.get("KERAS_STEM_FUZZ", "1000")))
    defects = _defects(numbers, all_commands(), bases, tmp_path)
    assert not defects, "\n".join(defects)


def _defects(numbers, commands, bases, tmp_path):
    outcomes = [run_input(number, commands, bases, tmp_path / "input") for number in numbers]
    defects = [f"{one.number}: {one.what}: {one.defect}" for one in outcomes if one.defect]
    print(f"{len(outcomes)} inputs from {numbers[0]} on: {len(defects)} defects")
    return defects
