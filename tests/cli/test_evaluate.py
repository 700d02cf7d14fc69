"""``kstem evaluate``."""

import pytest

pytestmark = pytest.mark.backend


def test_scores_are_told_for_each_subset_and_reference(run, scan_path, trained):
    told = run("evaluate", scan_path, "--model", trained.model_uri)
    assert f"Model {trained.model_uri} on {scan_path}:" in " ".join(told.split())
    lines = [line.split() for line in told.splitlines()]
    for subset in ("DS_Val", "DS_Test", "DS_Q"):
        rows = [line for line in lines if line[:1] == [subset] and {"labels", "truth"} & set(line)]
        assert len(rows) >= 2, told
    [test] = [line for line in lines if line[:2] == ["DS_Test", "labels"]][:1]
    assert str(trained.scores["test"].count) in test
    assert f"{trained.scores['test'].median:.2f}" in " ".join(test)


def test_a_network_without_a_model_is_a_clear_error(run, scan_path, trained):
    told = run("evaluate", scan_path, "--arch", "densenet", status=1)
    assert "No model of LiNiO2 has the alias densenet" in told
    both = run("evaluate", scan_path, "--arch", "cnn", "--model", trained.model_uri, status=1)
    assert "Expected --model or --arch, found both" in both
