"""``kstem compare-maps``: what it writes and says."""

import json

import numpy as np
import orix.io
import pytest
from crystals import cif
from figure_files import figures_of
from grids import map_of

from keras_stem.crystal.axes import relation
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.io.export import write_map
from keras_stem.io.map_grid import crystal_map


def test_one_map_cleaned_and_compared(run, map_path, tmp_path):
    cleaned = tmp_path / "clean.h5"
    assert "odd points: 1 of 150 points changed" in run("clean", map_path, cleaned, "--odd", "--all")
    found = orix.io.load(cleaned)
    assert np.flatnonzero(found.prop["cleaned"]).tolist() == [3 * 15 + 3]
    out = run("compare-maps", map_path, cleaned, "--all")
    assert "All points" in out
    told = json.loads((tmp_path / "map-difference" / "difference.json").read_text())
    parts = {part["name"]: part for part in told["parts"]}
    assert parts["All points"]["differing"] == pytest.approx(1 / 150)
    assert parts["Grain interiors"]["differing"] == 0
    assert told["origins"][1]["cleaned"] == "odd points: 1"
    assert figures_of(tmp_path / "map-difference") == {"difference", "places"}
    assert np.count_nonzero(np.load(tmp_path / "map-difference" / "disorientation.npy") > 5) == 1


def test_maps_of_other_steps_and_shapes_are_told(run, tmp_path, rng):
    rotations = random_rotations(30, rng)
    write_map(tmp_path / "a.h5", map_of(rotations, (5, 6), step=2.0), {})
    write_map(tmp_path / "b.h5", map_of(rotations, (5, 6), step=0.003, unit="um"), {})
    write_map(tmp_path / "c.h5", map_of(rotations, (5, 6), step=0.002, unit="um"), {})
    write_map(tmp_path / "d.h5", map_of(rotations, (6, 5), step=2.0), {})
    assert "different steps along y, 2 nm and 3 nm" in run(
        "compare-maps", tmp_path / "a.h5", tmp_path / "b.h5"
    )
    told = json.loads((tmp_path / "a-difference" / "difference.json").read_text())
    assert "2 nm and 3 nm" in told["note"]
    assert "different steps" not in run("compare-maps", tmp_path / "a.h5", tmp_path / "c.h5")
    told = run("compare-maps", tmp_path / "a.h5", tmp_path / "d.h5", status=1)
    assert "same shape, found 5 x 6 and 6 x 5" in told


def test_a_map_of_another_setting_is_compared_in_the_axes_of_the_first(run, tmp_path):
    from keras_stem.io.export import write_map

    standard, kept = load_phase(cif("zirconia_p21c")), load_phase(cif("zirconia_unique_c"), keep_cell=True)
    rotations = random_rotations(36, np.random.default_rng(2))
    turned = relation(standard, kept) * rotations
    assert np.rad2deg(disorientation(turned, rotations, proper_point_group(standard))).max() > 5
    for name, phase, each in (("a", standard, rotations), ("b", kept, turned)):
        write_map(tmp_path / f"{name}.h5", crystal_map(each, phase, (6, 6), 1.0, "nm", {}), {})
    run("compare-maps", tmp_path / "a.h5", tmp_path / "b.h5", "--out", tmp_path / "difference")
    assert np.load(tmp_path / "difference" / "disorientation.npy").max() < 1e-3
