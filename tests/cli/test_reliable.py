"""Which points count, and that every command that analyses a map has the same rule and says so."""

import numpy as np
import pytest
from grids import layout_map

from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map

LAYOUT = np.repeat(np.arange(2), 30).reshape(6, 10)

UNRELIABLE = np.where(np.arange(60) < 5, 19.9, 20.0)

COMMANDS = ("grains", "boundaries", "texture", "clean", "compare-maps", "report")


@pytest.fixture
def made(rng):
    """Return a map of two grains with some values of Q, or none."""
    return lambda **q: layout_map(LAYOUT, random_rotations(2, rng), **q)


@pytest.fixture
def analyse(run, tmp_path, monkeypatch):
    """Run a command on a map."""
    monkeypatch.setattr("keras_stem.report.pictures.MAP_FIGURES", ())
    monkeypatch.setattr("keras_stem.workflow.texture._phase_texture", lambda *_: NOTHING)

    def analyse(name, crystal_map, *options, status=0):
        path = tmp_path / "map.h5"
        write_map(path, crystal_map, {})
        others = {"clean": (tmp_path / "clean.h5", "--odd"), "compare-maps": (path,)}.get(name, ())
        return run(name, path, *others, *options, status=status)

    return analyse


NOTHING = {"maximum": {"euler_angles": (), "density": 0.0}, "texture_index": 1.0, "components": {}}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_leaves_out_the_same_points(analyse, made, name):
    assert "55 of 60 points count: Q >= 20." in analyse(name, made(Q=UNRELIABLE))
    assert "60 of 60 points count: all with a phase, whatever" in analyse(name, made(Q=UNRELIABLE), "--all")
    assert "60 of 60 points count: Q >= 19.5." in analyse(name, made(Q=UNRELIABLE), "--min-q", 19.5)
    assert "none has a phase and Q >= 21" in analyse(name, made(Q=UNRELIABLE), "--min-q", 21, status=1)
