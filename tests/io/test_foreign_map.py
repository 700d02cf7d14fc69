"""Numbers of phases and reliabilities of maps of other programs."""

import pytest
from text_maps import TEXT_FORMATS, require_refused, rewrite, written


@pytest.mark.parametrize(("suffix", "column"), [("ang", 7), ("ctf", 0)])
@pytest.mark.parametrize("number", ["0.4", "nan", "1e300"])
def test_phases_that_are_no_whole_numbers(number, suffix, column, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    rows[5][column] = number
    rewrite(path, header, rows)
    require_refused(path, dict(TEXT_FORMATS)[suffix], "whole numbers of phases .* in row 6")
