"""Style and size of figures, and their files."""

import matplotlib as mpl
import pytest
from matplotlib.image import imread

from keras_stem.figures.style import (
    MASKED,
    StyledFigure,
    map_size,
    plain_text,
    save_both,
    scalar_colors,
    style,
)


def test_settings_of_the_user_are_ignored_and_come_back():
    with mpl.rc_context({"font.size": 3, "lines.linewidth": 7}):
        with style():
            assert mpl.rcParams["font.size"] == 9
            assert mpl.rcParams["lines.linewidth"] == mpl.rcParamsDefault["lines.linewidth"]
        assert mpl.rcParams["font.size"] == 3
        assert mpl.rcParams["lines.linewidth"] == 7


def test_figures_are_saved_in_both_formats_with_editable_text(tmp_path):
    with style():
        figure = StyledFigure(figsize=(2, 1))
        figure.add_axes((0.1, 0.1, 0.8, 0.8)).set_title(plain_text("$5 and $6"))
    save_both(figure, tmp_path, "sheet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sheet.png", "sheet.svg"]
    assert ">$5 and $6</text>" in (tmp_path / "sheet.svg").read_text(encoding="utf-8")
    assert imread(tmp_path / "sheet.png").std() > 0.05  # not blank


@pytest.mark.parametrize(
    ("extent", "size"),
    [
        ((10.0, 20.0), (5.0, 2.5)),  # 4 inches wide, 2 high, and 0.5 for the title
        ((1.0, 100.0), (5.0, 2.1)),
        ((100.0, 1.0), (5.0, 8.5)),
    ],
)
def test_size_follows_the_map_within_limits(extent, size):
    assert map_size(extent, 4.0, 1.0) == pytest.approx(size)


def test_masked_values_are_grey():
    assert scalar_colors().get_bad()[:3] == pytest.approx(MASKED)
