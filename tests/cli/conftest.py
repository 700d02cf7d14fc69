"""Fixtures of the tests of cli."""

import os
import subprocess

import numpy as np
import pytest
from grids import LAYOUT, layout_map

from keras_stem.cli.main import main
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map
from keras_stem.scan.writing import create_scan


@pytest.fixture
def fails(tmp_path, capfd, monkeypatch):
    """Run a command that must fail, and return the line that it printed."""
    monkeypatch.setattr("keras_stem.cli.main.silence_libraries", lambda: None)  # it lasts beyond a test

    def fails(*arguments):
        before = set(tmp_path.rglob("*"))
        capfd.readouterr()
        monkeypatch.setattr("sys.argv", ["kstem", *(str(argument) for argument in arguments)])
        with pytest.raises(SystemExit) as exit:
            main()
        stderr = capfd.readouterr().err
        assert exit.value.code == 1
        assert "Traceback" not in stderr
        lines = stderr.strip().splitlines()
        assert len(lines) == 1, stderr
        assert lines[0].startswith("kstem: ")
        assert set(tmp_path.rglob("*")) == before
        return lines[0]

    return fails


@pytest.fixture
def remade(scan, tmp_path):
    """Write a copy of the scan with other patterns or labels."""

    def remade(name, patterns=None, labels=None, info=None):
        patterns = scan.patterns[:] if patterns is None else patterns
        path = tmp_path / name
        with create_scan(path, info or scan.info, patterns.dtype) as writer:
            writer.write_rows(0, patterns)
            if labels is not None:
                writer.write_labels(labels)
        return path

    return remade


@pytest.fixture
def map_path(tmp_path, rng):
    """A map of two grains and one odd point, whose first row has a low Q."""
    path = tmp_path / "map.h5"
    made = layout_map(LAYOUT, random_rotations(3, rng), Q=np.where(np.arange(150) < 15, 5.0, 50.0))
    write_map(path, made, {"model": "models:/LiNiO2/1"})
    return path


@pytest.fixture
def bare(kstem, tmp_path):
    """Run a command in a folder with blanks and signs of other scripts, with next to no environment."""
    folder = tmp_path / "Messung 1 – 測定"
    folder.mkdir()
    (tmp_path / "temporary").mkdir()

    def bare(*arguments, prefix=(), stdout=subprocess.PIPE, **environment):
        known = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path / "temporary"), "MPLBACKEND": "Agg"}
        command = [*prefix, *kstem, *(str(argument) for argument in arguments)]
        return subprocess.run(
            command, cwd=folder, env=known | environment, stdout=stdout, stderr=subprocess.PIPE, text=True
        )

    bare.folder = folder
    return bare
