"""Channel text files: names of phases and the numbers of the header."""

import orix.io
import pytest
from orix.quaternion import Rotation
from text_maps import require_refused, rewrite, written

from keras_stem.io.export import write_map


def test_orix_reads_the_names_of_text_files(greek_labels, tmp_path):
    write_map(tmp_path / "map.ctf", greek_labels, {})
    assert orix.io.load(tmp_path / "map.ctf").phases[1].name == "γ'-Ni₂ (Würfel)"
    assert isinstance(greek_labels.rotations, Rotation)


@pytest.mark.parametrize("name", ["XCells", "YCells", "XStep"])
@pytest.mark.parametrize("text", ["0", "-4", "many", "", "nan", "9" * 5000])
def test_odd_numbers_in_the_header(text, name, labels, tmp_path):
    path = tmp_path / "map.ctf"
    header, rows = written(labels, path)
    rewrite(path, [f"{name}\t{text}" if line.startswith(name) else line for line in header], rows)
    require_refused(path, "oxford", f"{name} in the header")


def test_more_cells_than_any_map_has(labels, tmp_path):
    path = tmp_path / "map.ctf"
    header, rows = written(labels, path)
    rewrite(path, [f"XCells\t{10**30}" if line.startswith("XCells") else line for line in header], rows)
    require_refused(path, "oxford", "found 24; the file was cut off")
