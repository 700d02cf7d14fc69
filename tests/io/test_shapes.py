"""Maps of any shape go out to each format and come back, read by this package and by orix."""

import numpy as np
import orix.io
import pytest
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.quaternion import Rotation
from phases import PHASES

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.frames import to_lab
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import completed, crystal_map, grid_shape

FORMATS = ("h5", "ang", "ctf")
FRAMES = {"h5": None, "ang": "edax3", "ctf": "oxford"}
STEPS = (3.0, 2.0)

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


def made(shape, chosen, rng, phases=2):
    """A map, or the part of it that is chosen, whose phases begin with the second of three."""
    size = shape[0] * shape[1]
    known = [PHASES["Pm-3m"](), linio2(), PHASES["Pm-3m"]()][: phases + 1]
    number = np.where(np.arange(size) % 5 == 4, -1, 1 if phases == 1 else np.arange(size) % 2)
    if size == 1:
        number[:] = 0
    properties = {"Q": rng.uniform(20, 90, size), "R": rng.uniform(0, 60, size)}
    whole = crystal_map(random_rotations(size, rng), known, shape, STEPS, "nm", properties, number)
    return whole if chosen is None else whole[chosen]


def named(found):
    """The name of the phase of each point, "" where it is not indexed."""
    names = {number: phase.name for number, phase in found.phases}
    return np.array([names[number] if number >= 0 else "" for number in found.phase_id])


def require_equal(found, expected, turned=lambda rotations, phase: rotations):
    """Orientations, phases and positions are equal, as far as points are indexed."""
    np.testing.assert_array_equal(named(found), named(expected))
    for number, phase in expected.phases:
        own = expected.phase_id == number
        if number < 0 or not own.any():
            continue
        pair = turned(found.rotations[own], phase), expected.rotations[own]
        assert np.rad2deg(disorientation(*pair, proper_point_group(phase))).max() < 1e-3


def positions(found, scale=1.0):
    axes = (np.zeros(found.size) if axis is None else axis * scale for axis in (found.y, found.x))
    return np.stack([axis - axis.min() for axis in axes])


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


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_phase_that_no_point_has_does_not_move_the_others(suffix, rng, tmp_path):
    given = made((4, 5), None, rng, phases=1)
    assert set(given.phase_id) == {-1, 1}
    write_map(tmp_path / f"map.{suffix}", given, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    require_equal(found, given)


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
@pytest.mark.parametrize("unit", ["m", "mm", "um", "µm", "nm", "A", "Å", "pm"])
def test_lengths_are_converted(unit, suffix, rng, tmp_path):
    # By hand: metres of a unit; both text formats count in µm.
    metres = {"m": 1, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "nm": 1e-9, "A": 1e-10, "Å": 1e-10, "pm": 1e-12}
    step = 2.5e-9 / metres[unit]
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), (2 * step, step), unit, {})
    write_map(tmp_path / f"map.{suffix}", given, {})
    found = orix.io.load(tmp_path / f"map.{suffix}")
    assert (found.dy, found.dx, found.scan_unit) == (pytest.approx(0.005), pytest.approx(0.0025), "um")


@pytest.mark.parametrize("unit", ["px", "", "furlongs per fortnight"])
def test_text_formats_need_a_length(unit, rng, tmp_path, run):
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 1.0, unit, {})
    with pytest.raises(KerasStemError, match=r"unit is a length.*--step"):
        write_map(tmp_path / "map.ctf", given, {})
    write_map(tmp_path / "map.h5", given, {})
    assert "--step" in run("export", tmp_path / "map.h5", tmp_path / "map.ang", status=1)
    run("export", tmp_path / "map.h5", tmp_path / "map.ang", "--step", "4x2", "--unit", "Å")
    found = orix.io.load(tmp_path / "map.ang")
    assert (found.dy, found.dx) == (pytest.approx(0.0004), pytest.approx(0.0002))
    require_equal(found, given)


def test_a_unit_alone_is_refused(rng, tmp_path, run):
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 1.0, "nm", {})
    write_map(tmp_path / "map.h5", given, {})
    told = run("export", tmp_path / "map.h5", tmp_path / "other.h5", "--unit", "mm", status=1)
    assert "--step together with --unit mm" in told
    assert not (tmp_path / "other.h5").exists()


def test_points_in_any_order_with_rounded_positions(rng):
    given = made((30, 40), None, rng)
    order = rng.permutation(given.size)
    shuffled = CrystalMap(
        given.rotations[order],
        phase_id=given.phase_id[order],
        x=np.round(given.x[order] * 0.096 / 100, 4),  # 0.00192 to four digits, as ASTAR writes
        y=np.round(given.y[order] * 0.064 / 100, 4),
        phase_list=PhaseList(given.phases),
        prop={"Q": given.prop["Q"][order]},
        scan_unit="um",
    )
    found = completed(shuffled)
    assert grid_shape(found) == (30, 40)
    np.testing.assert_array_equal(found.prop["Q"], given.prop["Q"])
    assert (found.dy, found.dx) == pytest.approx((0.00192, 0.00192), rel=1e-3)


def test_scattered_points_are_refused(rng):
    given = made((5, 6), None, rng)
    scattered = CrystalMap(given.rotations, x=rng.uniform(size=30), y=rng.uniform(size=30))
    with pytest.raises(KerasStemError, match=r"rectangular grid .* scattered"):
        completed(scattered)
    twice = CrystalMap(given.rotations, x=np.where(given.x == 2, 0, given.x), y=given.y)
    with pytest.raises(KerasStemError, match="several at the same"):
        completed(twice)
    with pytest.raises(KerasStemError, match="found none"):
        completed(given[given.prop["Q"] > 1e9])


@pytest.mark.parametrize("suffix", FORMATS)
def test_orientations_that_are_not_a_number_are_not_indexed(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    data = given.rotations.data.copy()
    data[7] = np.nan
    broken = CrystalMap(
        Rotation(data), given.phase_id, given.x, given.y, given.phases, {"Q": given.prop["Q"]}, "nm"
    )
    write_map(tmp_path / f"map.{suffix}", broken, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    assert found.phase_id[7] == -1
    others = np.arange(30) != 7
    require_equal(found[others], given[others])


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_column_whose_orientations_are_not_a_number_stays(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    data = given.rotations.data.copy()
    last = given.x == given.x.max()
    data[last] = np.nan
    broken = CrystalMap(Rotation(data), given.phase_id, given.x, given.y, given.phases, scan_unit="nm")
    write_map(tmp_path / f"map.{suffix}", broken, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    assert grid_shape(found) == (5, 6)
    assert np.all(found.phase_id[last] == -1)
    require_equal(found[~last], given[~last])


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_map_without_any_orientation_is_not_indexed(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    broken = CrystalMap(Rotation(np.full((30, 4), np.nan)), x=given.x, y=given.y, scan_unit="nm")
    write_map(tmp_path / f"map.{suffix}", broken, {})
    assert load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])[0].phase_id.tolist() == [-1] * 30


@pytest.mark.parametrize("suffix", FORMATS)
def test_positions_with_rounding_errors(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    noise = rng.normal(scale=1e-7, size=(2, 30))
    noisy = CrystalMap(
        given.rotations, given.phase_id, given.x + noise[0], given.y + noise[1], given.phases, scan_unit="nm"
    )
    assert len(np.unique(noisy.x)) == 30
    write_map(tmp_path / f"map.{suffix}", noisy, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    assert grid_shape(found) == grid_shape(completed(noisy)) == (5, 6)
    scale = 1.0 if suffix == "h5" else 1e3
    assert (found.dy * scale, found.dx * scale) == pytest.approx(STEPS, rel=1e-6)
    require_equal(found, given)
    told = orix.io.load(tmp_path / f"map.{suffix}")
    assert (told.dy * scale, told.dx * scale) == pytest.approx(STEPS, rel=1e-6)


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
@pytest.mark.parametrize("names", [("Q", "R"), ("agreement", "reliability")])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_qualities_that_are_no_numbers_are_0_in_text_formats(odd, names, suffix, rng, tmp_path):
    values = np.where(np.arange(6) == 2, odd, 40.0)
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 2.0, "nm", dict.fromkeys(names, values))
    write_map(tmp_path / f"map.{suffix}", given, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    for name in "QR":
        np.testing.assert_allclose(found.prop[name], [40, 40, 0, 40, 40, 40])
    require_equal(found, given)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_best_of_several_solutions_is_exported(suffix, rng, tmp_path):
    y, x = np.indices((4, 5)).reshape(2, -1)
    rotations, quality = random_rotations(60, rng).data.reshape(20, 3, 4), rng.uniform(20, 90, (20, 3))
    phases = PhaseList(linio2())
    several = CrystalMap(Rotation(rotations), None, x * 1.0, y * 1.0, phases, {"Q": quality}, "nm")
    write_map(tmp_path / f"map.{suffix}", several, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    np.testing.assert_allclose(found.prop["Q"], quality[:, 0], atol=0.51)
    best = Rotation(found.rotations.data.reshape(20, -1, 4)[:, 0])
    assert (
        np.rad2deg(disorientation(best, Rotation(rotations[:, 0]), proper_point_group(linio2()))).max() < 1e-3
    )


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
def test_text_formats_need_a_point_group(suffix, rng, tmp_path):
    unknown = crystal_map(random_rotations(6, rng), Phase("unknown"), (2, 3), 1.0, "nm", {})
    with pytest.raises(KerasStemError, match="point group"):
        write_map(tmp_path / f"map.{suffix}", unknown, {})
