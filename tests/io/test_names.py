"""Names of phases in any script, in files of maps and models."""

import h5py
import numpy as np
import orix.io
import pytest

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map, read_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.io.orix_h5 import write_map_group

NAMES = [
    "γ-Cu",
    "gamma'",
    "γ'",
    "α-Fe",
    'a"b',
    "<x&y>",
    "50% $Ni$",
    "Ni3Al (γ')",
    "奥氏体",
    "Würfel",
    "β-Ti two",
]


@pytest.fixture
def named(rng, request):
    phase = linio2()
    phase.name = request.param
    return crystal_map(random_rotations(6, rng), phase, (2, 3), 2.0, "nm", {"Q": np.ones(6)})


@pytest.mark.parametrize("named", NAMES, indirect=True)
def test_names_come_back_from_every_format(named, tmp_path):
    expected = named.phases[0].name
    for suffix, frame in (("h5", None), ("ang", "edax3"), ("ctf", "oxford")):
        write_map(tmp_path / f"map.{suffix}", named, {"scan": f"{expected}.h5"})
        found, _ = load_map(tmp_path / f"map.{suffix}", frame)
        assert found.phases[0].name == expected
    assert read_map(tmp_path / "map.h5")[1]["scan"] == f"{expected}.h5"


@pytest.mark.parametrize(
    "named", ["a\0b", "a\x1b\x07b", "a\n\tb\0", "a\u2028b", "a\x85b", "\0a\ud800b"], indirect=True
)
def test_text_formats_have_a_space_for_control_characters(named, tmp_path):
    for suffix, frame in (("ang", "edax3"), ("ctf", "oxford")):
        path = tmp_path / f"map.{suffix}"
        write_map(path, named, {"scan": f"{named.phases[0].name}.h5"})
        found, _ = load_map(path, frame)
        assert found.phases[0].name == "a b"
        assert "a b" in path.read_text(encoding="utf-8").splitlines()[2 if suffix == "ctf" else 0]
        np.testing.assert_allclose(
            np.abs((found.rotations.data * named.rotations.data).sum(axis=1)), 1, atol=1e-5
        )
    write_map(tmp_path / "map.h5", named, {})
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == named.phases[0].name


@pytest.mark.parametrize("named", ["γ-Cu", "Würfel", "gamma'"], indirect=True)
def test_names_in_files_that_orix_wrote(named, tmp_path):
    orix.io.save(tmp_path / "map.h5", named)
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == named.phases[0].name


@pytest.mark.parametrize("named", ["奥氏体"], indirect=True)
def test_what_orix_cuts_is_read_as_far_as_it_is_there(named, tmp_path):
    """orix 0.15 keeps as many bytes as the name has characters, and one."""
    orix.io.save(tmp_path / "map.h5", named)
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == "奥"


@pytest.mark.parametrize("named", ["γ-Cu"], indirect=True)
def test_names_in_latin_1(named, tmp_path):
    with h5py.File(tmp_path / "map.h5", "w") as file:
        write_map_group(file, named)
        group = file["crystal_map/header/phases/0"]
        del group["name"], group["keras_stem"]
        group.create_dataset("name", data=np.array(["Würfel".encode("latin-1")]))
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == "Würfel"


def test_files_of_our_own_tell_their_frame(run, rng, tmp_path):
    labels = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 2.0, "nm", {})
    write_map(tmp_path / "map.h5", labels, {})
    for name in ("map.ang", "map.ctf"):
        run("export", tmp_path / "map.h5", tmp_path / name)
        run("export", tmp_path / name, tmp_path / "again.h5")
        found = read_map(tmp_path / "again.h5")[0]
        np.testing.assert_allclose(
            np.abs((found.rotations.data * labels.rotations.data).sum(axis=1)), 1, atol=1e-5
        )


def test_maps_of_other_programs_are_exported(run, real_files, tmp_path):
    source = real_files / "maps" / "astar_copper.ctf"
    assert "--frame" in run("export", source, tmp_path / "map.ang", status=1)
    run("export", source, tmp_path / "map.ang", "--frame", "oxford")
    assert orix.io.load(tmp_path / "map.ang").shape == (59, 111)
    assert "found nothing" in run("grains", tmp_path / "absent.ctf", status=1)
