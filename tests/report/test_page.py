import base64
import io
import json
import re

import numpy as np
import pytest
from matplotlib.image import imread
from orix.crystal_map import Phase

from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import segment
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import read_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.report.images import png_uri
from keras_stem.report.interactive import explorer_data
from keras_stem.report.map_analysis import analyse_map
from keras_stem.report.page import Page, Section, figure_folder, write_page
from keras_stem.report.pictures import map_figures
from keras_stem.report.sprite_sheets import shown_patterns, sprite_sheets
from keras_stem.report.tables import Table, map_tables
from keras_stem.workflow.report_map import report_map

ARRAYS = {"float32": "<f4", "float64": "<f8", "int32": "<i4"}


def unpacked(plain: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(plain["data"]), ARRAYS[plain["type"]])


def picture(uri: str) -> np.ndarray:
    return imread(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))


@pytest.fixture(scope="module")
def html(written) -> str:
    return written.page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown(html) -> dict:
    found = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


@pytest.fixture(scope="module")
def values(shown) -> dict[str, np.ndarray]:
    return {value["name"]: unpacked(value) for value in shown["values"]}


def test_the_page_holds_the_values_of_each_point(values, map_path):
    found, _ = read_map(map_path)
    euler = np.rad2deg(reduce_euler(found.rotations, proper_point_group(linio2())))
    for k, name in enumerate(("phi1", "Phi", "phi2")):
        np.testing.assert_allclose(values[name], euler[:, k], atol=1e-4)
    np.testing.assert_allclose(values["Q"], found.prop["Q"], rtol=1e-6)
    np.testing.assert_allclose(values["uncertainty"], found.prop["uncertainty"], rtol=1e-6)
    np.testing.assert_array_equal(values["grain"], segment(grid_of(found)).numbers)


def test_a_map_is_compared_with_the_labels_of_its_scan(values, map_path, scan):
    found, _ = read_map(map_path)
    away = disorientation(found.rotations, scan.labels.rotations, proper_point_group(scan.phase))
    np.testing.assert_allclose(values["disorientation"], np.rad2deg(away), atol=1e-3)


def test_the_page_loads_nothing(html):
    assert not re.search(r"<link|<iframe|<script src|href=|url\(|@import|fetch\(|https?://", html)
    assert set(re.findall(r'src="(.{5})', html)) == {"data:"}
    assert "default-src 'none'" in html


def test_the_page_tells_where_the_map_comes_from(html, scan_path):
    assert str(scan_path) in html
    assert "models:/LiNiO2/&lt;7&gt;" in html


def test_figures_lie_beside_the_page_in_both_formats(written):
    names = {path.name for path in written.figures.iterdir()}
    maps = ("ipf_x", "ipf_y", "ipf_z", "confidence", "comparison")
    figures = (*maps, "grains", "grain_sizes", "boundaries", "misorientations")
    assert names == {f"{name}.{suffix}" for name in figures for suffix in ("png", "svg")}
    assert written.note == ""


def test_overlays_have_a_pixel_for_each_point(shown):
    names = [overlay["name"] for overlay in shown["overlays"]]
    assert names == ["ipf_x", "ipf_y", "ipf_z", "Q", "uncertainty", "disorientation", "grain"]
    for overlay in shown["overlays"]:
        assert picture(overlay["image"]).shape[:2] == tuple(shown["shape"]) == (16, 20)


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


def test_large_maps_are_thinned(monkeypatch, map_path):
    monkeypatch.setattr("keras_stem.report.interactive.LARGEST_POINTS", 100)
    made, _ = read_map(map_path)
    analysis = analyse_map(made, np.ones(made.size, bool), {})
    data = explorer_data(analysis, None, "z")
    assert (data["every"], data["shape"]) == (2, (8, 10))
    values = {value["name"]: unpacked(value) for value in data["values"]}
    np.testing.assert_array_equal(values["grain"], analysis.numbers.reshape(16, 20)[::2, ::2].ravel())


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


def test_names_are_text_whatever_they_are(tmp_path):
    odd = "</script><script>alert('1')</script>\"&é"
    table = Table(odd, (odd,), [(odd,)], odd)
    write_page(tmp_path / "odd.html", Page(odd, odd, [Section(odd, [], [table])], None, odd))
    html = (tmp_path / "odd.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert html.count("&lt;/script&gt;&lt;script&gt;") == 9
    explorer = {"phases": {"0": odd}}
    write_page(tmp_path / "odd.html", Page(odd, odd, [], explorer))
    html = (tmp_path / "odd.html").read_text(encoding="utf-8")
    assert html.count("<script") == 2
    assert json.loads(re.search(r'explorer-data">(.*?)</script>', html)[1]) == explorer


def test_pictures_are_exact(rng):
    image = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
    np.testing.assert_allclose(255 * picture(png_uri(image)), image, atol=0.01)


def test_a_page_has_to_be_html(tmp_path):
    assert figure_folder(tmp_path / "a.b.html") == tmp_path / "a.b"
    with pytest.raises(KerasStemError, match=r"ends in \.html"):
        figure_folder(tmp_path / "page.pdf")


def test_a_page_that_fails_leaves_nothing(map_path, tmp_path, monkeypatch):
    monkeypatch.setattr("keras_stem.report.pictures.MAP_FIGURES", ())
    (tmp_path / "page.html").mkdir()
    with pytest.raises(KerasStemError, match="Cannot write"):
        report_map(map_path, tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_scan_that_is_gone_is_named(map_path, tmp_path, monkeypatch):
    import shutil

    import h5py

    alone = shutil.copy(map_path, tmp_path / "alone.h5")
    with h5py.File(alone, "r+") as file:
        file["crystal_map"].attrs["scan"] = "/gone/scan.h5"
    monkeypatch.setattr("keras_stem.report.pictures.MAP_FIGURES", ())
    written = report_map(alone, tmp_path / "page.html")
    assert "the scan /gone/scan.h5 is not there" in written.note
    assert "is not there" in written.page.read_text(encoding="utf-8")


def test_a_scan_of_another_shape_is_refused(map_path, remade_small, tmp_path):
    with pytest.raises(KerasStemError, match="Expected a scan of 16 x 20 positions"):
        report_map(map_path, tmp_path / "page.html", scan_path=remade_small)
    assert not (tmp_path / "page.html").exists()


@pytest.fixture
def remade_small(scan, tmp_path_factory):
    from dataclasses import replace

    from keras_stem.scan.writing import create_scan

    path = tmp_path_factory.mktemp("small") / "small.h5"
    with create_scan(path, replace(scan.info, shape=(4, 20))) as writer:
        writer.write_rows(0, scan.patterns[:4])
    return path
