"""Text files in any encoding, with decimal commas and control characters."""

import numpy as np
import pytest
from text_maps import TEXT_FORMATS, rewrite, written

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map, read_map
from keras_stem.io.text import one_line, read_lines, read_table

CHANGES = {
    "as it is": lambda text: text.encode(),
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "latin-1": lambda text: text.replace("γ", "g").replace("₂", "2").encode("latin-1"),
    "blank lines at the end": lambda text: (text + "\n \n\n").encode(),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("suffix", "frame"), [("ang", "edax3"), ("ctf", "oxford")])
def test_text_files_in_any_encoding(suffix, frame, change, greek_labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    write_map(path, greek_labels, {})
    text = path.read_text(encoding="utf-8")
    path.write_bytes(CHANGES[change](text))
    found, _ = load_map(path, frame)
    symmetry = proper_point_group(linio2())
    assert np.rad2deg(disorientation(found.rotations, greek_labels.rotations, symmetry)).max() < 1e-3
    assert found.phases[0].name == ("g'-Ni2 (Würfel)" if change == "latin-1" else "γ'-Ni₂ (Würfel)")


@pytest.mark.parametrize(("suffix", "frame"), [("ang", "edax3"), ("ctf", "oxford")])
def test_decimal_commas(suffix, frame, greek_labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    write_map(path, greek_labels, {})
    expected, _ = load_map(path, frame)
    head, body = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        (body if line.strip()[:1].isdigit() and ";" not in line else head).append(line)
    commas = [line.replace(".", ",") for line in body]
    head = [
        line.replace(".", ",") if ";" in line or "STEP" in line or "Step" in line else line for line in head
    ]
    path.write_text("\n".join([*head, *commas]), encoding="utf-8")
    found, _ = load_map(path, frame)
    np.testing.assert_array_equal(found.rotations.data, expected.rotations.data)
    np.testing.assert_array_equal(found.x, expected.x)
    assert found.phases[0].structure.lattice.a == pytest.approx(2.876)


@pytest.mark.parametrize(("suffix", "frame"), TEXT_FORMATS)
def test_decimal_commas_after_a_first_row_of_whole_numbers(suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    expected, _ = load_map(path, frame)
    whole = [number.split(".")[0] for number in rows[0]]
    rewrite(path, header, [whole, *([number.replace(".", ",") for number in row] for row in rows[1:])])
    found, _ = load_map(path, frame)
    np.testing.assert_array_equal(found.rotations.data[1:], expected.rotations.data[1:])


@pytest.mark.parametrize(
    "named_map", ["a\0b", "a\x1b\x07b", "a\n\tb\0", "a\u2028b", "a\x85b", "\0a\ud800b"], indirect=True
)
def test_text_formats_have_a_space_for_control_characters(named_map, tmp_path):
    for suffix, frame in (("ang", "edax3"), ("ctf", "oxford")):
        path = tmp_path / f"map.{suffix}"
        write_map(path, named_map, {"scan": f"{named_map.phases[0].name}.h5"})
        found, _ = load_map(path, frame)
        assert found.phases[0].name == "a b"
        assert "a b" in path.read_text(encoding="utf-8").splitlines()[2 if suffix == "ctf" else 0]
        np.testing.assert_allclose(
            np.abs((found.rotations.data * named_map.rotations.data).sum(axis=1)), 1, atol=1e-5
        )
    write_map(tmp_path / "map.h5", named_map, {})
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == named_map.phases[0].name


def test_one_line_has_no_control_characters():
    assert one_line("a\n\tb\0 c\u2028d ") == "a b c d"


def test_lines_do_not_end_at_characters_of_names(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a\x0bb\r\nc\rd")
    assert read_lines(tmp_path / "a.txt") == ["a\x0bb", "c", "d"]
    (tmp_path / "b.txt").write_bytes(b"a\0b")
    with pytest.raises(KerasStemError, match=r"a text file, found other data in .*b\.txt"):
        read_lines(tmp_path / "b.txt")


def test_tables_tell_the_row_that_is_wrong(tmp_path):
    np.testing.assert_array_equal(read_table(["1,5 2", "", "3 4"], tmp_path), [[1.5, 2], [3, 4]])
    np.testing.assert_array_equal(read_table(["1,5", "3,4"], tmp_path, ","), [[1, 5], [3, 4]])
    with pytest.raises(KerasStemError, match="found 'x' in row 2, column 1"):
        read_table(["1 2", "x 4"], tmp_path)
    with pytest.raises(KerasStemError, match="found 3 columns in place of 2 in row 2"):
        read_table(["1 2", "3 4 5"], tmp_path)
