"""All settings of one crystal give the same crystal directions, by template matching and by a network."""

import json

import numpy as np
import pytest
from crystals import cif, write_cif

from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.io.map_grid import crystal_map


@pytest.mark.backend
def test_the_command_takes_the_setting(run, scan_path, trained, tmp_path):
    told = run(
        "map", scan_path, "--model", trained.model_uri, "--out", tmp_path / "out",
        "--cif", cif("linio2_rhombohedral"), "--keep-cell",
    )  # fmt: skip
    assert "R -3 m:R (166)" in told
    told = run("export", tmp_path / "out" / "map.h5", tmp_path / "map.ang", "--axes", "file")
    assert "axes of linio2_rhombohedral.cif" in told
    assert "LatticeConstants 5.013" in " ".join((tmp_path / "map.ang").read_text().split())


@pytest.mark.slow
def test_two_phases_of_one_name_keep_their_grains(run, tmp_path):
    files = []
    for folder, a in (("one", 3.6), ("two", 4.2)):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "Cu.cif"
        files.append(write_cif(path, "F m -3 m", f"{a} {a} {a} 90 90 90", ["Cu 0 0 0 1 0"]))
    phases = [load_phase(path) for path in files]
    phase_id = np.repeat([0, 1], 18)
    rotations = random_rotations(2, np.random.default_rng(2))[phase_id]
    made = crystal_map(rotations, phases, (6, 6), 1.0, "nm", {}, phase_id)
    from keras_stem.io.export import write_map

    write_map(tmp_path / "map.h5", made, {})
    run("grains", tmp_path / "map.h5", "--out", tmp_path / "grains")
    statistics = json.loads((tmp_path / "grains" / "grains.json").read_text())
    assert {name: one["points"] for name, one in statistics["phases"].items()} == {"Cu-1": 18, "Cu-2": 18}
    run("texture", tmp_path / "map.h5", "--out", tmp_path / "texture")
    assert set(json.loads((tmp_path / "texture" / "texture.json").read_text())["phases"]) == {"Cu-1", "Cu-2"}
