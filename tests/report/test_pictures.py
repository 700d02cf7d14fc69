"""Figures of a page about a map."""

import numpy as np
import pytest
from orix.crystal_map import Phase

from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.map_files import read_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.report.interactive import explorer_data
from keras_stem.report.map_analysis import analyse_map
from keras_stem.report.pictures import map_figures
from keras_stem.report.tables import map_tables


def test_figures_lie_beside_the_page_in_both_formats(written):
    names = {path.name for path in written.figures.iterdir()}
    maps = ("ipf_x", "ipf_y", "ipf_z", "confidence", "comparison")
    figures = (*maps, "grains", "grain_sizes", "boundaries", "misorientations")
    assert names == {f"{name}.{suffix}" for name in figures for suffix in ("png", "svg")}
    assert written.note == ""


def test_maps_of_several_phases_have_figures_of_each(rng, monkeypatch):
    monkeypatch.setattr("keras_stem.report.pictures.ipf_figure", lambda *arguments: None)
    monkeypatch.setattr("keras_stem.report.interactive.draw_ipf_key", lambda *arguments: None)
    phases = [Phase("Ni", space_group=225), Phase("Mg/α", space_group=194)]
    number = np.arange(36) // 12 - 1
    made = crystal_map(random_rotations(36, rng), phases, (6, 6), 1.0, "um", {}, number)
    analysis = analyse_map(made, number >= 0, {})
    names = [drawn.name for drawn in map_figures(analysis, "z")]
    assert names[:6:3] == ["ipf_x_Ni_0", "ipf_x_Mg_α_1"]
    assert names[6:] == ["grains", "grain_sizes", "boundaries", "misorientations"]
    rows = dict(map_tables(analysis)[0].rows)
    assert rows["Not indexed"] == "33.3%"
    assert {"Ni", "Mg/α"} <= set(rows)
    data = explorer_data(analysis, None, "x")
    assert data["phases"] == {"0": "Ni", "1": "Mg/α"}
    assert data["patterns"] is None
    assert data["unit"] == "µm"


def test_shares_of_boundaries_add_up_to_everything(map_path):
    made, _ = read_map(map_path)
    analysis = analyse_map(made, np.ones(made.size, bool), {})
    [figure] = [drawn.figure for drawn in map_figures(analysis, "z") if drawn.name == "boundaries"]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    shares = [float(label.split("(")[1].rstrip("%)")) for label in labels]
    assert sum(shares) == pytest.approx(100, abs=0.2)
