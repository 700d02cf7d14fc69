"""Patterns of a scan on the sheets of its page."""

import numpy as np
from page_data import picture

from keras_stem.report.sprite_sheets import every_nth, shown_patterns, sprite_sheets


def test_the_pattern_of_a_point_is_where_the_page_looks_for_it(shown, scan):
    sheets = shown["patterns"]
    assert (sheets["every"], sheets["binning"], sheets["grid"]) == (1, 1, [16, 20])
    position = 16 * 20 - 7
    row, column = divmod(position % sheets["on_sheet"], sheets["columns"])
    height, width = sheets["size"]
    image = picture(sheets["sheets"][position // sheets["on_sheet"]])
    tile = image[row * height : (row + 1) * height, column * width : (column + 1) * width]
    expected = shown_patterns(scan.read(np.array([position])), 1)[0]
    np.testing.assert_allclose(255 * tile, expected, atol=0.01)


def test_patterns_are_binned_and_left_out_until_they_fit(scan):
    whole = sprite_sheets(scan, 10**9)
    size = sum(map(len, whole.sheets))
    small = sprite_sheets(scan, size // 5)
    assert sum(map(len, small.sheets)) < 1.5 * size / 5
    assert small.every > 1
    assert small.grid == tuple(-(-side // small.every) for side in scan.info.shape)


def test_patterns_without_counts_are_black():
    assert not shown_patterns(np.zeros((2, 8, 8), np.uint16), 2).any()


def test_grey_levels_reach_from_black_to_white(scan):
    shown = shown_patterns(scan.read(np.arange(5)), 2)
    assert shown.shape == (5, 32, 32)
    assert np.all(shown.max(axis=(1, 2)) == 255)


def test_every_third_point():
    numbers, shape = every_nth((4, 6), 3)
    assert (numbers.tolist(), shape) == ([0, 3, 18, 21], (2, 2))


def test_grey_levels_are_those_of_square_roots():
    pattern = np.full((1, 20, 20), 100, np.uint16)
    pattern[0, 0, 0] = 25  # half of the largest root: level 32 of 63
    shown = shown_patterns(pattern, 1)
    assert shown[0, 5, 5] == 255
    assert shown[0, 0, 0] == round(32 * 255 / 63)
