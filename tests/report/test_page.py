"""Pages load nothing, hold any name, and are written whole or not at all."""

import json
import re

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.report.page import Page, Section, figure_folder, write_page
from keras_stem.report.tables import Table
from keras_stem.workflow.report_map import report_map


def test_the_page_loads_nothing(html):
    assert not re.search(r"<link|<iframe|<script src|href=|url\(|@import|fetch\(|https?://", html)
    assert set(re.findall(r'src="(.{5})', html)) == {"data:"}
    assert "default-src 'none'" in html


def test_the_page_tells_where_the_map_comes_from(html, scan_path):
    assert str(scan_path) in html
    assert "models:/LiNiO2/&lt;7&gt;" in html


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
