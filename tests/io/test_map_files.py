"""Maps of this package and of other programs are loaded."""

import numpy as np
import orix.io

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map
from keras_stem.io.map_files import read_map
from keras_stem.io.map_grid import crystal_map


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
