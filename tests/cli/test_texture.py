"""``kstem texture``."""

import json

import h5py
import numpy as np
import orix.io
import pytest
from orix.crystal_map import CrystalMap, PhaseList
from phases import PHASES

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.map_grid import crystal_map
from keras_stem.io.orix_h5 import write_map_group

FIGURES = ("ipf_density", "pole_figures", "odf_sections")


@pytest.fixture
def two_phases(tmp_path, rng):
    """A map of two phases; every fourth point has a low Q."""
    ids = (np.arange(30) > 11).astype(int)
    properties = {"Q": np.where(np.arange(30) % 4, 50.0, 5.0)}
    phases = [linio2(), PHASES["Pm-3m"]()]
    return _written(tmp_path / "map.h5", random_rotations(30, rng), phases, (5, 6), properties, ids)


def _written(path, rotations, phases, shape, properties, ids=None):
    with h5py.File(path, "w") as file:
        write_map_group(file, crystal_map(rotations, phases, shape, 2.0, "nm", properties, ids))
    return path


@pytest.mark.slow
def test_texture_of_two_phases_is_written_for_each(run, two_phases):
    options = ("--half-width", 40, "--plane", "0001", "--direction", "1,0,1")
    components = ("--component", "Goss:{011}<100>", "--component", "Prism:{10-10}<0001>", "--tolerance", 120)
    output = run("texture", two_phases, *options, *components)
    folder = two_phases.with_name("map-texture")
    written = json.loads((folder / "texture.json").read_text())
    assert {path.name for path in folder.iterdir()} == {
        "texture.json",
        *(
            f"{name}_{phase}.{end}"
            for name in FIGURES
            for phase in ("LiNiO2", "test")
            for end in ("png", "svg")
        ),
    }
    oxide, cubic = written["phases"]["LiNiO2"], written["phases"]["test"]
    assert written["points"] == 22
    assert (oxide["points"], cubic["points"]) == (9, 13)
    assert list(oxide["pole_figure_maxima"]) == ["0001"]
    assert list(cubic["pole_figure_maxima"]) == ["100", "110", "111"]  # four indices are not for it
    assert list(oxide["ipf_maxima"]) == ["1,0,1"]
    assert list(oxide["components"]) == ["Goss", "Prism"]
    assert cubic["components"] == {"Goss": 1.0}  # no disorientation is larger than 62.8 deg
    assert f"{9 / 22:.1%} of 22 points" in output


@pytest.mark.slow
def test_phases_of_like_names_have_their_own_files(run, tmp_path, rng):
    phases = [PHASES["Pm-3m"](), PHASES["Pm-3m"]()]
    phases[0].name, phases[1].name = "γ'", 'γ"'
    path = _written(tmp_path / "map.h5", random_rotations(30, rng), phases, (5, 6), {}, np.arange(30) % 2)
    run("texture", path, "--half-width", 40)
    pictures = {path.name for path in tmp_path.glob("map-texture/*.png")}
    assert pictures == {f"{name}_γ_-{number}.png" for name in FIGURES for number in (0, 1)}


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--direction", "up"), 2, "Expected x, y, z"),
        (("--direction", "0,0,0"), 2, "Expected x, y, z"),
        (("--component", "Goss"), 2, "Expected a component"),
        (("--component", "Goss:1,2"), 2, "three Euler angles"),
        (("--component", "Goss:{01}<100>"), 2, "indices"),
        (("--plane", "1010"), 2, "sum 0"),
        (("--half-width", "1"), 1, "half width"),
        (("--tolerance", "0"), 1, "tolerance"),
        (("--component", "a:0,0,0", "--component", "a:1,0,0"), 1, "different names"),
        (("--min-q", "99"), 1, "All points of the map are masked"),
    ],
)
def test_wrong_options_are_explained(run, two_phases, options, status, message):
    assert message in run("texture", two_phases, *options, status=status)
    assert not two_phases.with_name("map-texture").exists()


def test_four_indices_of_a_cubic_map_are_refused(run, tmp_path, rng):
    path = _written(tmp_path / "cubic.h5", random_rotations(4, rng), PHASES["Pm-3m"](), (2, 2), {})
    assert "Expected three indices" in run("texture", path, "--plane", "0001", status=1)
    message = run("texture", path, "--component", "a:{10-10}<0001>", status=1)
    assert "component a" in message


def test_hexagonal_grid_is_refused(run, tmp_path, rng):
    y, x = (axis.ravel() for axis in np.indices((4, 4)) * np.array([np.sqrt(3) / 2, 1]).reshape(2, 1, 1))
    x += np.repeat([0, 0.5, 0, 0.5], 4)
    hexagonal = CrystalMap(
        random_rotations(16, rng), x=x, y=y, phase_list=PhaseList(linio2()), scan_unit="nm"
    )
    orix.io.save(tmp_path / "hexagonal.h5", hexagonal)
    assert "hexagonal grid" in run("texture", tmp_path / "hexagonal.h5", status=1)


@pytest.mark.slow
def test_real_map_has_a_texture(run, real_files, tmp_path):
    run(
        *("texture", real_files / "maps" / "twins.ctf", "--frame", "oxford", "--out", tmp_path),
        *("--half-width", 25, "--direction", "z", "--plane", "0001", "--component", "Up:0,0,0"),
    )
    found = json.loads((tmp_path / "texture.json").read_text())["phases"]["Magnesium"]
    assert found["points"] == 22833
    assert 1.2 < found["texture_index"] < found["maximum"]["density"]
    assert 0 <= found["components"]["Up"] < 0.1
