"""Numbers of phases and reliabilities of maps of other programs."""

import numpy as np
import pytest
from text_maps import TEXT_FORMATS, require_refused, rewrite, written

from keras_stem.io.foreign_map import from_crystal_map, phase_numbers, reliability


@pytest.mark.parametrize(("suffix", "column"), [("ang", 7), ("ctf", 0)])
@pytest.mark.parametrize("number", ["0.4", "nan", "1e300"])
def test_phases_that_are_no_whole_numbers(number, suffix, column, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    rows[5][column] = number
    rewrite(path, header, rows)
    require_refused(path, dict(TEXT_FORMATS)[suffix], "whole numbers of phases .* in row 6")


def test_a_reliability_that_was_not_computed_is_0_and_counted(tmp_path):
    found, without = reliability(np.array([0.25, -1.0, 0.5, -1.0]), 100.0)
    assert found.tolist() == [25, 0, 50, 0]
    assert without == 2


def test_numbers_of_phases_are_integers(tmp_path):
    found = phase_numbers(np.array([0.0, 2.0, -1.0]), tmp_path)
    assert found.dtype.kind == "i" and found.tolist() == [0, 2, -1]


def test_points_of_a_map_keep_their_properties_and_places(labels):
    found = from_crystal_map(labels[labels.x >= 4])  # columns 2 to 5 of six, with steps of 2 nm
    assert found.properties["Q"].tolist() == [k for k in range(24) if k % 6 >= 2]
    assert (found.x.min(), found.x.max(), found.y.max(), found.unit) == (4, 10, 9, "nm")
    assert [phase.name for phase in found.phases.values()] == ["LiNiO2"]
