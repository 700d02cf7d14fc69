"""Test sets: what is drawn, what is told, and that a module adds one."""

import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from judge import registry
from judge.drawing import DIFFUSE, DIRECT, draw
from judge.physics import Physics, Spots
from judge.test_set import TestSet

STILL = TestSet("still", Physics("keras_stem", "layered_oxide", precession_angle=0.0), most=20)


def test_smaller_numbers_of_patterns_are_the_first_of_larger_ones():
    few, many = STILL.make(3, 5), STILL.make(6, 5)
    np.testing.assert_array_equal(few.counts, many.counts[:3])
    np.testing.assert_array_equal(few.matrices, many.matrices[:3])
    assert np.abs(STILL.make(3, 6).matrices - few.matrices).max() > 0.1


def test_disks_lie_at_their_spots_and_hold_their_share():
    spots = Spots(np.array([[0.8, 0.4]]), np.array([0.3]), np.array([1]), np.array([0.6]))
    [image] = draw(spots, STILL.instrument, 1e5)
    none = Spots(spots.positions[:0], spots.intensities[:0], np.array([0]), spots.direct)
    [dark] = draw(none, STILL.instrument, 1e5)
    corner, background = image[:32, 32:], dark[:32, 32:]  # up and to the right
    disk = corner - background
    disk[25:, :8] = 0  # the direct beam
    row, column = center_of_mass(disk)
    assert (row, column + 32) == pytest.approx((31.5 - 0.4 / 0.05, 31.5 + 0.8 / 0.05), abs=0.05)
    assert disk.sum() == pytest.approx(1e5 * (1 - DIFFUSE) * 0.3 / 0.9, rel=1e-3)


def test_kinematic_patterns_share_their_electrons():
    counts = STILL.make(20, 0).counts
    assert counts.sum(axis=(1, 2)).mean() == pytest.approx(1e5, rel=0.05)
    middle = counts[:, 29:35, 29:35].sum(axis=(1, 2)).mean()
    assert middle > 1e5 * (1 - DIFFUSE) * DIRECT


def test_the_statement_tells_who_computed_what():
    told = TestSet("x", Physics("quantem", "copper", 50.0, 0.0), dose=1e3, pixels=48).statement
    assert told == "copper, Bloch waves, 50 nm by quantem, no precession, 48 px, 1e3 electrons"


def test_a_module_adds_a_set_and_a_method(tmp_path, monkeypatch):
    (tmp_path / "added.py").write_text(
        "from judge.physics import Physics\nfrom judge.test_set import TestSet\n"
        "SETS = (TestSet('added', Physics('keras_stem', 'silicon')),)\n"
        "class Guess:\n    name = 'guess'\nMETHODS = (Guess(),)\n"
    )
    for package in (registry.judge.sets, registry.judge.methods):
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    assert registry.test_sets()["added"].physics.crystal == "silicon"
    assert registry.methods()["guess"].name == "guess"
    assert "keras_stem matching" in registry.methods()


def test_sets_without_answers_are_for_methods_that_state_bounds():
    methods, strangers = registry.methods(), registry.test_sets()["vacuum"]
    assert methods["quantem"].refuses(strangers) == "states no bound"
    assert "no network" in methods["keras_stem network"].refuses(strangers)
    assert methods["keras_stem matching"].refuses(STILL) == ""


def test_the_standard_run_has_sets_of_each_kind():
    standard = {name for name, one in registry.test_sets().items() if one.standard}
    expected = {"oxide-bloch-50nm", "copper-bloch-50nm", "oxide-grains", "oxide-or-silicon", "vacuum"}
    assert expected < standard < set(registry.test_sets())
