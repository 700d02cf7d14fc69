import shutil

import pytest


def test_the_figures_of_the_paper(run, trained, scan_path, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "keras_stem.workflow.paper_figures.save_both",
        lambda _, folder, name: drawn.append(name) or (folder / f"{name}.png").write_text(""),
    )
    scan = shutil.copy(scan_path, tmp_path / "scan.h5")
    told = run("figures", scan, "--paper", "--model", trained.run_id)
    assert f"CNN: {trained.run_id}" in told
    assert "Wrote figures 1, 7, 8, 9, 10, a1, a2, a3, a4 to" in " ".join(told.split())
    assert {path.stem for path in (tmp_path / "scan-figures").iterdir()} == {*drawn, "figure_8"}


@pytest.mark.parametrize("options", [(), ("--min-q", "30")])
def test_without_the_flag_it_is_named(run, scan_path, options):
    assert "--paper" in run("figures", scan_path, *options, status=2)


def test_a_scan_that_is_missing_is_a_clear_error(run, tmp_path):
    assert "absent.h5" in run("figures", tmp_path / "absent.h5", "--paper", status=1)
