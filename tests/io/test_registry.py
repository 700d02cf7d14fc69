"""Formats of maps by suffix."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import load_map


def test_formats_that_are_not_read_are_told_with_those_that_are(run, scan_path, real_files, tmp_path):
    source = real_files / "maps" / "defdap" / "testDataEBSD.cpr"
    for path in (source, source.with_suffix(".crc")):
        told = run("label", "import", scan_path, path, "--frame", "oxford", status=1)
        assert all(known in told for known in (".ang", ".ctf", ".csv", ".h5", path.name, "export it"))
    (tmp_path / "scan.osc").write_bytes(b"\0\1\2")
    with pytest.raises(KerasStemError, match=r"formats \.h5 .*\.ang .* found .*scan\.osc"):
        load_map(tmp_path / "scan.osc", "orix")
