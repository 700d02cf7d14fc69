"""The figures of the paper: which are written, and which are left out."""

import dataclasses

import pytest
from matplotlib.figure import Figure

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import simulate_scan
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow import figures as workflow
from keras_stem.workflow import paper_figures
from keras_stem.workflow.figures import best_models, study_models, write_figures

pytestmark = pytest.mark.slow

CNN = {f"figure_{number}" for number in ("1", "7", "8", "9", "10", "a1", "a4")}
"""Figures of the paper that a CNN alone allows."""

LEFT_OUT = tuple(
    f"Figure A.{number} is left out: no model is a {what}."
    for number, what in (
        (2, "DenseNet"),
        (3, "Swin"),
        (5, "DenseNet"),
        (6, "pre-trained Swin"),
        (7, "plain Swin"),
    )
)


def test_all_figures_are_there_and_nothing_else(drawn):
    folder, figures = drawn
    assert set(figures.written) == CNN
    assert figures.written[4] == "figure_10"
    assert figures.notes == LEFT_OUT
    assert {path.name for path in folder.iterdir()} == {f"{n}.{s}" for n in CNN for s in ("png", "svg")}
    for name in CNN:
        assert (folder / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        assert "</svg>" in (folder / f"{name}.svg").read_text(encoding="utf-8")


def test_the_best_of_each_network_by_default(trained):
    assert trained.model_uri in best_models("LiNiO2")
    with pytest.raises(KerasStemError, match="no registered model of unobtainium"):
        best_models("unobtainium")


@pytest.fixture
def quick(monkeypatch):
    """Write names alone: the figures are drawn above."""
    for name in (name for name in dir(paper_figures) if name.endswith(("_figure", "_curves"))):
        monkeypatch.setattr(paper_figures, name, lambda *_: Figure())
    monkeypatch.setattr(
        workflow, "save_both", lambda _, folder, name: (folder / f"{name}.png").write_text("")
    )


@pytest.fixture
def model_file(trained, tmp_path) -> str:
    path = str(tmp_path / "model.keras")
    load_model(trained.model_uri).save(path)
    return path


@pytest.mark.usefixtures("quick")
def test_equal_names_are_told_apart_and_a_file_has_no_history(trained, model_file, scan, tmp_path):
    figures = write_figures(scan, [model_file, trained.model_uri], tmp_path / "figures")
    assert set(figures.written) == CNN
    assert figures.notes == (
        f"Figure 8 is without {model_file}: it has no tracked run with a training loss.",
        *LEFT_OUT,
    )
    assert list(figures.models) == ["CNN, exponential (1)", "CNN, exponential (2)"]


@pytest.mark.usefixtures("quick")
def test_a_file_on_another_scan_has_no_split_and_no_history(model_file, simulation, tmp_path):
    other = dataclasses.replace(simulation, polycrystal=Polycrystal(shape=(8, 8), grains=3), seed=9)
    simulate_scan(tmp_path / "other.h5", other)
    with Scan(tmp_path / "other.h5") as opened:
        figures = write_figures(opened, [model_file], tmp_path / "figures", min_q=30)
    assert set(figures.written) == CNN - {"figure_1", "figure_8"}
    told = " ".join(figures.notes)
    assert "Figure 1 is left out: no model was trained on this scan" in told
    assert "Figure 8 is left out: no model has a tracked run" in told


@pytest.mark.usefixtures("quick")
def test_nothing_is_left_when_drawing_fails(trained, scan, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no ink")

    monkeypatch.setattr(paper_figures, "errors_figure", fail)
    with pytest.raises(RuntimeError, match="no ink"):
        write_figures(scan, [trained.model_uri], tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


def test_figures_beyond_the_paper_have_names(trained, scan, tmp_path):
    names = ("ipf_maps_x", "ipf_maps_y", "errors", "error_histograms")
    figures = write_figures(scan, [trained.model_uri], tmp_path / "figures", names)
    assert figures.written == ("ipf_maps_x", "ipf_maps_y", "errors_1", "error_histograms")


def test_the_models_of_a_study_are_named_by_its_name(own_store):
    with pytest.raises(KerasStemError, match="no study 'variants'"):
        study_models("variants")


def test_no_position_of_such_quality_is_a_clear_error(trained, scan, tmp_path):
    with pytest.raises(KerasStemError, match="DS_Q is empty"):
        write_figures(scan, [trained.model_uri], tmp_path / "figures", min_q=1000)
    assert not (tmp_path / "figures").exists()
