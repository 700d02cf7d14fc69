"""``kstem label``: what it puts into a scan, and what it says."""

import re

import numpy as np
import pytest
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.map_phases import single_phase
from keras_stem.crystal.rotations import first_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.scan.scan import Scan

COARSE = ("--resolution", "4")


def test_match(run, own_scan):
    told = run("label", "match", own_scan, *COARSE, "--best", "2")
    [found] = re.findall(r"ambiguity: ([\d.]+)°", told)
    assert float(found) < 4
    with Scan(own_scan) as scan:
        labels = scan.labels
        assert {"Q", "R", "match2_euler", "match2_Q", "match2_phase_id", "truth_euler"} <= set(labels.prop)
        assert np.all(labels.prop["match2_Q"] <= labels.prop["Q"])
        bounds = [np.asarray(labels.prop[name]) for name in ("uncertainty", "uncertainty_95")]
        np.testing.assert_array_equal(np.isnan(bounds[0]), labels.phase_id < 0)
        assert not np.any(bounds[0] > bounds[1])
        vacuum = np.asarray(labels.prop["truth_grain"]) < 0
        assert np.median(labels.prop["Q"][vacuum]) < 0.5 * np.median(labels.prop["Q"][~vacuum])
        marked = np.asarray(labels.prop["out_of_distribution"], bool)
        assert marked[vacuum].all()
        assert marked[~vacuum].mean() < 0.1
    assert "320/320" in told


def test_unrefined_matches_state_no_uncertainty(run, own_scan):
    run("label", "match", own_scan, *COARSE, "--refine", "0")
    with Scan(own_scan) as scan:
        assert not {"uncertainty", "out_of_distribution"} & set(scan.labels.prop)


@pytest.mark.slow
def test_match_with_a_consensus(run, own_scan):
    run("label", "match", own_scan, *COARSE, "--best", "2")
    with Scan(own_scan) as scan:
        alone = scan.labels
    run("label", "match", own_scan, *COARSE, "--best", "2", "--consensus")
    with Scan(own_scan) as scan:
        agreed = scan.labels
    inside = np.asarray(agreed.prop["truth_weight"]) > 0.9
    wrong = [np.mean(_errors(labels)[inside] > 5) for labels in (alone, agreed)]
    assert wrong[1] <= wrong[0]
    probability = np.asarray(agreed.prop["probability"])
    assert np.all((probability >= 0) & (probability <= 1))
    assert np.mean(probability[inside] > 0.9) > 0.5
    assert {"ambiguous", "alternative_euler", "alternative_probability"} <= set(agreed.prop)
    same = np.isclose(agreed.prop["Q"], alone.prop["Q"], atol=0.01)
    np.testing.assert_allclose(agreed.prop["R"][same], alone.prop["R"][same], atol=0.2)
    assert np.all(agreed.prop["R"][~same] <= alone.prop["R"][~same] + 0.2)
    np.testing.assert_array_equal(np.isnan(agreed.prop["uncertainty"]), agreed.phase_id < 0)


def _errors(labels):
    """Disorientations from the truth, modulo the in-plane ambiguity, deg."""
    truth = Rotation.from_euler(np.asarray(labels.prop["truth_euler"]))
    symmetry = proper_point_group(single_phase(labels))
    found = first_rotations(labels)
    ways = (disorientation(truth, way, symmetry) for way in (found, found * BEAM_TWOFOLD))
    return np.rad2deg(np.minimum(*ways))


def test_a_consensus_needs_refined_solutions(run, own_scan):
    told = run("label", "match", own_scan, *COARSE, "--consensus", "--refine", "0", status=1)
    assert "Expected refined solutions for a consensus, found --refine 0." in told


def test_match_goes_on_where_it_was(run, own_scan, monkeypatch):
    from keras_stem.workflow.match_blocks import BlockMatcher

    monkeypatch.setattr("keras_stem.workflow.match_blocks.BLOCK_PATTERNS", 100)
    matched = []
    original = BlockMatcher.__call__

    def stops(self, positions):
        if len(matched) == 2:
            raise KeyboardInterrupt
        matched.append(len(positions))
        return original(self, positions)

    monkeypatch.setattr(BlockMatcher, "__call__", stops)
    with Scan(own_scan) as scan:
        before = scan.labels.rotations.data
    run("label", "match", own_scan, *COARSE, status=1)
    with Scan(own_scan) as scan:
        np.testing.assert_array_equal(scan.labels.rotations.data, before)
    monkeypatch.setattr(
        BlockMatcher,
        "__call__",
        lambda self, positions: matched.append(len(positions)) or original(self, positions),
    )
    run("label", "match", own_scan, *COARSE)
    assert sum(matched) == 320


def test_match_needs_a_phase_and_a_calibration(run, own_scan, copper_cif, tmp_path):
    told = run("label", "match", own_scan, "--space-group", "225", status=2)
    assert "Expected --cif with --space-group" in told
    told = run("label", "match", own_scan, "--cif", tmp_path / "absent.cif", status=1)
    assert "absent.cif" in told
    told = run("label", "match", own_scan, "--resolution", "0", status=1)
    assert "resolution" in told


def test_two_phases_and_their_map(run, own_scan, copper_cif, tmp_path):
    import hyperspy.api as hs

    run("virtual", own_scan, "--out", tmp_path / "one")
    assert (tmp_path / "one" / "labels.png").exists()
    field = hs.load(tmp_path / "one" / "dark_field.hspy")
    assert field.data.shape == (16, 20)
    assert field.axes_manager["x"].units == "nm"
    oxide = tmp_path / "oxide.cif"
    oxide.write_text(copper_cif.read_text().replace("3.6", "4.2"))
    phases = ("--cif", copper_cif, "--cif", oxide, "--space-group", "225", "--space-group", "225")
    told = run("label", "match", own_scan, *phases, "--resolution", "6")
    assert "Cu: " in told
    assert "oxide: " in told
    run("virtual", own_scan, "--out", tmp_path / "two")
    assert (tmp_path / "two" / "phases.png").exists()
    told = run("fit", own_scan, status=1)
    assert "labels of one phase" in told
    with Scan(own_scan) as scan:
        alone = np.asarray(scan.labels.phase_id)
    run("label", "match", own_scan, *phases, "--resolution", "6", "--consensus")
    with Scan(own_scan) as scan:
        agreed = scan.labels
    assert set(np.unique(agreed.phase_id)) <= {-1, 0, 1}
    assert np.mean(agreed.phase_id == alone) > 0.5
    there = np.isfinite(agreed.prop["alternative_euler"]).all(axis=1)
    np.testing.assert_array_equal(there, np.asarray(agreed.prop["alternative_phase_id"]) >= 0)
    told = run("info", own_scan)
    for part in ("Phase 1", "Cu, point group m-3m", "Phase 2", "oxide", "DS_Q"):
        assert part in told
