import shutil

import pytest


def test_the_figures_of_the_paper(run, trained, scan_path, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "keras_stem.workflow.figures.save_both",
        lambda _, folder, name: drawn.append(name) or (folder / f"{name}.png").write_text(""),
    )
    scan = shutil.copy(scan_path, tmp_path / "scan.h5")
    told = run("figures", scan, "--paper", "--model", trained.run_id)
    assert f"CNN: {trained.run_id}" in told
    assert "Wrote figures 1, 7, 8, 9, 10, a1, a4 to" in " ".join(told.split())
    assert {path.stem for path in (tmp_path / "scan-figures").iterdir()} == set(drawn)


def test_one_figure_of_the_paper(run, trained, scan_path, tmp_path):
    told = run(
        "figures", scan_path, "--figure", "figure_a1", "--model", trained.run_id, "--out", tmp_path / "f"
    )
    assert "Wrote figures a1 to" in told
    assert {path.name for path in (tmp_path / "f").iterdir()} == {"figure_a1.png", "figure_a1.svg"}


@pytest.mark.parametrize("options", [(), ("--min-q", "30")])
def test_without_a_choice_the_figures_are_named(run, scan_path, options):
    told = run("figures", scan_path, *options, status=2)
    assert "--paper" in told
    assert "figure_10" in told
    assert "figure_10" in run("figures", "--help")


def test_a_scan_that_is_missing_is_a_clear_error(run, tmp_path):
    assert "absent.h5" in run("figures", tmp_path / "absent.h5", "--paper", status=1)
