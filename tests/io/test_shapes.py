"""Maps of any shape go out to each format and come back, read by this package and by orix."""

import numpy as np
import orix.io
import pytest
from shaped_maps import FORMATS, FRAMES, STEPS, made, positions, require_equal

from keras_stem.crystal.frames import to_lab
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import completed, grid_shape

SHAPES = {
    "single point": ((1, 1), None),
    "row": ((1, 7), None),
    "column": ((6, 1), None),
    "whole": ((5, 6), None),
    "holes": ((5, 6), np.array([k % 7 != 3 for k in range(30)])),
    "crop": ((5, 6), np.array([row >= 2 and 1 <= column < 5 for row in range(5) for column in range(6)])),
    "last row": ((5, 6), np.arange(30) >= 24),
    "one of a crop": ((5, 6), np.arange(30) == 17),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", SHAPES)
def test_maps_of_any_shape_come_back(name, suffix, rng, tmp_path):
    given = made(*SHAPES[name], rng)
    write_map(tmp_path / f"map.{suffix}", given, {})
    expected = completed(given)
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    assert grid_shape(found) == grid_shape(expected)
    require_equal(found, expected)
    scale = 1.0 if suffix == "h5" else 1e3
    np.testing.assert_allclose(positions(found, scale), positions(expected), atol=1e-6)
    indexed = expected.phase_id >= 0
    atol = {"h5": 0, "ang": 1e-3, "ctf": 0.51}[suffix]
    for quality in ("Q", "R"):
        np.testing.assert_allclose(found.prop[quality][indexed], expected.prop[quality][indexed], atol=atol)
        assert np.all(np.abs(found.prop[quality][~indexed]) <= np.abs(expected.prop[quality][~indexed]))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", SHAPES)
def test_orix_reads_maps_of_any_shape(name, suffix, rng, tmp_path):
    given = made(*SHAPES[name], rng)
    expected = completed(given)
    if expected.size == 1 and suffix != "h5":
        pytest.skip("orix 0.15 reads no text file with one row, not its own either")
    write_map(tmp_path / f"map.{suffix}", given, {})
    found = orix.io.load(tmp_path / f"map.{suffix}")
    assert grid_shape(found) == grid_shape(expected)
    if suffix == "ctf":
        require_equal(found, expected, lambda r, phase: to_lab(r, "oxford", phase.structure.lattice))
    elif suffix == "ang":
        indexed = expected.phase_id >= 0  # orix's own file has 0 in place of -1
        assert np.all(found.phase_id[~indexed] <= 0)
        require_equal(found[indexed], expected[indexed])
    else:
        require_equal(found, expected)
    scale = 1.0 if suffix == "h5" else 1e3
    np.testing.assert_allclose(positions(found, scale), positions(expected), atol=1e-4)
    if found.dx and found.dy:
        assert (found.dy * scale, found.dx * scale) == pytest.approx(STEPS)
