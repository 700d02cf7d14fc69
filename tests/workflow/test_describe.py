"""Words for cells and their axes."""

import pytest
from crystals import cif

from keras_stem.crystal.structure_files import load_phase
from keras_stem.scan.subsets import Thresholds
from keras_stem.workflow.describe import basis_text, describe, setting_lines


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], "a, b, c"),
        ([[1, 0, 0], [0, 0, -1], [0, 1, 0]], "a, -c, b"),
        ([[1, -1, 0], [0, 1, -1], [1, 1, 1]], "a - b, b - c, a + b + c"),
        ([[1 / 3, 1 / 3, 0], [0, 2, 0], [0, 0, 0.5]], "1/3 a + 1/3 b, 2 b, 1/2 c"),
    ],
)
def test_vectors_are_told_in_those_of_the_file(basis, expected):
    assert basis_text(basis) == expected


def test_a_cell_that_was_moved_is_told_with_that_of_the_file():
    moved, kept = setting_lines(load_phase(cif("zirconia_unique_c"))), load_phase(cif("zirconia_p21c"))
    assert "space group P 1 21/c 1 (14)" in moved[0]
    assert "The file's cell is" in moved[1]
    assert not any("The file's cell" in line for line in setting_lines(kept))


def test_a_scan_is_told_with_its_subsets(scan):
    told = describe(scan, Thresholds())
    text = " ".join(f"{name} {value}" for name, value in told.items())
    for part in ("16 x 20", "64 x 64", "300 kV", "LiNiO2", "DS_Q"):
        assert part in text, part
