"""``kstem clean``: what it writes, says and refuses."""

import numpy as np
import orix.io
from grids import map_of
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import BEAM_TWOFOLD
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map


def test_variants_are_fused_and_counted(run, tmp_path, rng):
    rotations = Rotation(np.tile(random_rotations(1, rng).data, (100, 1)))
    data, other = rotations.data.copy(), np.arange(0, 100, 7)
    data[other] = (rotations[other] * BEAM_TWOFOLD).data
    write_map(tmp_path / "map.h5", map_of(Rotation(data), (10, 10)), {})
    out = run("clean", tmp_path / "map.h5", tmp_path / "out.ang", "--fuse", "half-turn")
    assert f"fused, half turn about the beam: {len(other)} of 100 points changed" in out
    assert orix.io.load(tmp_path / "out.ang").size == 100


def test_wrong_steps_are_clear_errors(run, map_path, tmp_path):
    assert "Expected a step of cleaning" in run("clean", map_path, tmp_path / "o.h5", status=1)
    assert "NAME:ANGLE" in run("clean", map_path, tmp_path / "o.h5", "--fuse", "sigma4", status=1)
    assert "end in" in run("clean", map_path, tmp_path / "o.txt", "--odd", status=1)
    assert not list(tmp_path.glob("o.*"))


def test_a_scan_is_never_replaced_by_a_map(run, own_scan, map_path):
    before = own_scan.read_bytes()
    for arguments in (("clean", map_path, own_scan, "--odd"), ("export", own_scan, own_scan)):
        assert "is a scan with patterns" in run(*arguments, status=1)
    assert own_scan.read_bytes() == before
    own_scan.write_bytes(before[: len(before) // 2])
    assert "broken HDF5" in run("clean", map_path, own_scan, "--odd", status=1)
    assert "cannot read" in run("compare-maps", map_path, own_scan, status=1)
