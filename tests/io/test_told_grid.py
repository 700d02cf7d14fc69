"""Text maps whose header and points do not agree."""

import re
from pathlib import Path

import numpy as np
import pytest
from text_maps import TEXT_FORMATS, require_refused, rewrite, written

from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import load_map
from keras_stem.io.told_grid import ToldGrid, require_told_grid


@pytest.mark.parametrize(("suffix", "frame"), TEXT_FORMATS)
@pytest.mark.parametrize("missing", [1, 3, 6, 9])
def test_files_that_were_cut_off(missing, suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    rewrite(path, header, rows[:-missing])
    require_refused(path, frame, "cut off")


@pytest.mark.parametrize(("suffix", "frame"), TEXT_FORMATS)
def test_rows_and_columns_exchanged_in_the_header(suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    exchanged = {"XCells": "YCells", "YCells": "XCells", "NROWS": "NCOLS_ODD", "NCOLS_ODD": "NROWS"}
    names = "|".join(exchanged)
    header = [re.sub(rf"^((?:# )?)({names})", lambda m: m[1] + exchanged[m[2]], line) for line in header]
    rewrite(path, header, rows)
    require_refused(path, frame, r"6 x 4 points .* found 4 x 6 .* exchanged")


@pytest.mark.parametrize(("suffix", "frame"), TEXT_FORMATS)
@pytest.mark.parametrize("axis", "XY")
def test_a_step_in_the_header_that_is_not_that_of_the_points(axis, suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    rewrite(path, [re.sub(rf"({axis}STEP:|{axis}Step)\s.*", r"\1 0.5", line) for line in header], rows)
    found = {"X": "0.002", "Y": "0.003"}[axis]
    require_refused(path, frame, rf"step of 0\.5 along {axis.lower()} .* found {found}")
    # A step that is rounded is right.
    rounded = [re.sub(r"(XSTEP:|XStep)\s.*", r"\1 0.00205", line) for line in header]
    rewrite(path, rounded, rows)
    assert load_map(path, frame)[0].dx == pytest.approx(0.002)


def test_points_may_be_missing_but_not_at_the_end():
    rows, columns = np.indices((3, 4)).reshape(2, -1) * 2.0
    told, path = ToldGrid((3, 4), (2.0, 2.0)), Path("map.ang")
    middle, end = np.arange(12) != 5, np.arange(12) < 11
    require_told_grid(columns[middle], rows[middle], told, path)
    with pytest.raises(KerasStemError, match=r"12 points \(3 x 4\) in map.ang, found 11; .* cut off"):
        require_told_grid(columns[end], rows[end], told, path)
