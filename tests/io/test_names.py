"""Names of phases in any script come back from every format."""

import pytest

from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map, read_map

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


@pytest.mark.parametrize("named_map", NAMES, indirect=True)
def test_names_come_back_from_every_format(named_map, tmp_path):
    expected = named_map.phases[0].name
    for suffix, frame in (("h5", None), ("ang", "edax3"), ("ctf", "oxford")):
        write_map(tmp_path / f"map.{suffix}", named_map, {"scan": f"{expected}.h5"})
        found, _ = load_map(tmp_path / f"map.{suffix}", frame)
        assert found.phases[0].name == expected
    assert read_map(tmp_path / "map.h5")[1]["scan"] == f"{expected}.h5"
