"""Formats of maps by suffix."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import load_map
from keras_stem.io.registry import frame_names, frames, map_format, suffixes, writable_formats


def test_formats_that_are_not_read_are_told_with_those_that_are(run, scan_path, real_files, tmp_path):
    source = real_files / "maps" / "defdap" / "testDataEBSD.cpr"
    for path in (source, source.with_suffix(".crc")):
        told = run("label", "import", scan_path, path, "--frame", "oxford", status=1)
        assert all(known in told for known in (".ang", ".ctf", ".csv", ".h5", path.name, "export it"))
    (tmp_path / "scan.osc").write_bytes(b"\0\1\2")
    with pytest.raises(KerasStemError, match=r"formats \.h5 .*\.ang .* found .*scan\.osc"):
        load_map(tmp_path / "scan.osc", "orix")


def test_formats_by_their_suffix():
    assert suffixes()[:4] == (".h5", ".ang", ".ctf", ".csv")
    assert map_format(".ANG").programs == "EDAX, ASTAR, EMsoft, orix"
    assert map_format(".osc") is None
    assert [one.suffix for one in writable_formats()][:3] == [".h5", ".ang", ".ctf"]
    assert ".csv" not in [one.suffix for one in writable_formats()]


def test_names_of_conventions_are_those_of_the_conventions():
    assert set(frame_names()) == set(frames())
    assert {"orix", "edax3", "oxford", "astar"} <= set(frame_names())
