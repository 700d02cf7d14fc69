"""Pictures owe nothing to the user's matplotlibrc: neither which way up a map is nor any pixel."""

import base64
import importlib
import io
import os
import pkgutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from hostile import HOSTILE
from letter_f import LETTER, letter_map, letter_values, reading, readings
from matplotlib.image import imread
from orix.crystal_map import Phase
from orix.quaternion import Rotation

import keras_stem.figures
from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.boundary_classes import boundary_classes
from keras_stem.analysis.compare import compare_grids
from keras_stem.analysis.grains import measure_grains
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.orientation_density import orientation_density, sections
from keras_stem.analysis.pole_density import inverse_pole_figure, plane_normal, pole_figure
from keras_stem.analysis.segmentation import segment
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.boundaries import boundary_figure, misorientation_figure
from keras_stem.figures.comparison import comparison_figure
from keras_stem.figures.confidence import confidence_figure
from keras_stem.figures.difference import difference_figure, places_figure
from keras_stem.figures.grains import grain_figure, local_misorientation_figure, size_figure
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.paper_errors import AngleErrors, error_histograms_figure, errors_figure
from keras_stem.figures.paper_maps import directions_figure, ipf_maps_figure, scatter_figure, weighted_figure
from keras_stem.figures.paper_subsets import subsets_figure
from keras_stem.figures.scan_images import phase_figure, shaded_ipf_figure, virtual_figure
from keras_stem.figures.style import save
from keras_stem.figures.texture import Sample, index_text, inverse_pole_figures, pole_figures, section_figure
from keras_stem.figures.training import curves_figure, loss_figure, parity_figure, study_figure
from keras_stem.figures.zone_axes import zone_axis_figure
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.io.map_grid import crystal_map
from keras_stem.report.interactive import explorer_data
from keras_stem.report.map_analysis import analyse_map
from keras_stem.report.sprite_sheets import shown_patterns
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.splits import Split
from keras_stem.scan.subsets import Thresholds
from keras_stem.scan.writing import create_scan

NAME = "γ' <x&y> 50% $Ni$ {_x^2}\\$ 奥氏体"

INFO = ScanInfo("test", LETTER.shape, Detector((16, 16), 0.1), (2.0, 2.0), "nm", Beam(200.0, 2.0))

TRAINING = {name: [(epoch, 1 / epoch) for epoch in range(1, 5)] for name in ("loss", "val_r2", "val_median")}


def named_phase() -> Phase:
    phase = linio2()
    phase.name = NAME
    return phase


def labels():
    return letter_map(named_phase(), Q=letter_values(50, 5), R=letter_values(50, 5))


@cache
def bent():
    """A grid with a letter that is bent, its grains, and the numbers of them."""
    grid = grid_of(letter_map(named_phase(), bent=4.0))
    numbers = segment(grid).numbers
    return grid, numbers, measure_grains(grid, numbers)


@cache
def difference():
    grid = bent()[0]
    odd = np.where(LETTER.ravel(), np.deg2rad(12), 0.0)
    other = replace(grid, rotations=Rotation.from_axes_angles((0, 0, 1), odd) * grid.rotations)
    return grid, other, compare_grids(grid, other)


@cache
def density():
    return orientation_density(labels().rotations, proper_point_group(linio2()), 15.0)


def errors() -> AngleErrors:
    share, angles = letter_values(0.08, 0.01), letter_values(12, 1)
    return AngleErrors(np.outer(share, (360, 90, 120)), share, angles, np.array([360.0, 90, 120]))


def subsets():
    inside = np.flatnonzero(LETTER)
    return subsets_figure(labels(), Thresholds(), Split(inside[4:], inside[:2], inside[2:4]), "split")


def phases():
    both = [Phase("α-Fe", space_group=229), named_phase()]
    number = LETTER.ravel().astype(int)
    return crystal_map(Rotation.identity(number.size), both, LETTER.shape, 2.0, "nm", {}, number)


def walls():
    found = find_boundaries(bent()[0])
    return found, boundary_classes(bent()[0], found)


SAMPLE = Sample(linio2(), NAME, LETTER.size)

EVERYWHERE = np.ones(LETTER.size, bool)

WITH_MAPS = {
    "ipf_figure x": lambda: ipf_figure(labels(), "x"),
    "ipf_figure y": lambda: ipf_figure(labels(), "y"),
    "ipf_figure z": lambda: ipf_figure(labels(), "z"),
    "comparison_figure": lambda: comparison_figure(
        labels(), labels(), letter_values(12, 1), names=(NAME, NAME)
    ),
    "confidence_figure": lambda: confidence_figure(labels(), letter_values(12, 1), letter_values(30, 90)),
    "confidence_figure unlike": lambda: confidence_figure(
        labels(), np.full(LETTER.size, 2.0), None, letter_values(1, 0)
    ),
    "difference_figure": lambda: difference_figure(*difference(), (NAME, NAME)),
    "grain_figure": lambda: grain_figure(*bent()),
    "local_misorientation_figure": lambda: local_misorientation_figure(*bent(), letter_values(4, 1)),
    "boundary_figure": lambda: boundary_figure(bent()[0], *walls()),
    "virtual_figure": lambda: virtual_figure(letter_values(90, 10).reshape(LETTER.shape), INFO, NAME),
    "shaded_ipf_figure": lambda: shaded_ipf_figure(labels()),
    "phase_figure": lambda: phase_figure(phases()),
    "subsets_figure": subsets,
    "scatter_figure": lambda: scatter_figure(labels(), {NAME: labels()}, EVERYWHERE),
    "ipf_maps_figure": lambda: ipf_maps_figure(labels(), {NAME: labels()}, EVERYWHERE, "z"),
    "directions_figure": lambda: directions_figure({NAME: labels(), "b": labels()}, EVERYWHERE),
    "weighted_figure": lambda: weighted_figure(labels()),
    "errors_figure": lambda: errors_figure(NAME, labels(), errors(), EVERYWHERE),
}

WITHOUT = {
    "misorientation_figure": lambda: misorientation_figure(bent()[0], find_boundaries(bent()[0])),
    "places_figure": lambda: places_figure(difference()[2]),
    "size_figure": lambda: size_figure(bent()[2], "$nm$"),
    "error_histograms_figure": lambda: error_histograms_figure({NAME: errors()}, EVERYWHERE),
    "curves_figure": lambda: curves_figure([{"loss": 1.0, "val_r2": 0.1, "val_median": 9}, {"loss": 0.5}]),
    "loss_figure": lambda: loss_figure({NAME: TRAINING}),
    "study_figure": lambda: study_figure(
        [(NAME, {"final_test_mae": 9.0, "training_seconds": 60.0}), ("b", {"final_test_mae": 4.0})]
    ),
    "parity_figure": lambda: parity_figure(
        np.outer(np.arange(9), (9, 4, 5)), np.outer(np.arange(9), (9, 5, 4)), np.linspace(1, 60, 9)
    ),
    "inverse_pole_figures": lambda: inverse_pole_figures(
        {"z": inverse_pole_figure(density(), np.array([0.0, 0, 1]))}, SAMPLE
    ),
    "pole_figures": lambda: pole_figures(
        {index_text((0, 0, -1)): pole_figure(density(), plane_normal((0, 0, -1), linio2()))}, SAMPLE
    ),
    "section_figure": lambda: section_figure(sections(density(), 15.0), SAMPLE, 9.0),
    "zone_axis_figure": lambda: zone_axis_figure(named_phase(), 0.5),
}

TITLED = ("ipf_figure z", "difference_figure", "grain_figure", "phase_figure", "loss_figure", "errors_figure")


def pixels(figure) -> np.ndarray:
    """The pixels of a figure that is saved without our own function."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=60)
        file.seek(0)
        return imread(file)


def draw_twice(make):
    """Return a figure that is drawn under other settings, and its pixels, which must be those of our own."""
    expected = pixels(make())
    with mpl.rc_context(HOSTILE):
        figure = make()
        seen = pixels(figure)
        assert mpl.rcParams["image.origin"] == "lower"  # the user's settings stay
    np.testing.assert_array_equal(seen, expected)
    return figure, seen


def decoded(uri: str) -> np.ndarray:
    return imread(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))


def test_letters_that_are_not_upright_are_told():
    turned = [LETTER[::-1], LETTER[:, ::-1], LETTER[::-1, ::-1], np.full(LETTER.shape, 0.5)]
    assert [reading(cells) for cells in (LETTER, *turned)] == [
        "upright",
        "turned by 180°, mirrored",
        "upright, mirrored",
        "turned by 180°",
        "unreadable",
    ]


@pytest.mark.parametrize("name", WITH_MAPS)
def test_maps_are_upright_whatever_the_users_settings(name):
    figure, seen = draw_twice(WITH_MAPS[name])
    found = readings(figure, seen)
    assert found
    assert set(found) == {"upright"}


@pytest.mark.parametrize("name", WITHOUT)
def test_no_pixel_depends_on_the_users_settings(name):
    draw_twice(WITHOUT[name])


def test_all_figures_are_tested_here():
    drawn = {name.split()[0] for name in WITH_MAPS | WITHOUT}
    for module in pkgutil.iter_modules(keras_stem.figures.__path__):
        found = vars(importlib.import_module(f"keras_stem.figures.{module.name}"))
        names = {name for name in found if name.endswith(("_figure", "_figures")) and name[0] != "_"}
        assert names - {"pole_figure", "inverse_pole_figure"} <= drawn


@pytest.mark.parametrize("name", TITLED)
def test_names_are_drawn_as_they_are(name, tmp_path, recwarn):
    save((WITH_MAPS | WITHOUT)[name](), tmp_path / "named.svg")
    written = "".join(ElementTree.parse(tmp_path / "named.svg").getroot().itertext())
    assert NAME in written
    save((WITH_MAPS | WITHOUT)[name](), tmp_path / "named.png")
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]


def test_the_interactive_map_is_upright():
    made = letter_map(named_phase(), Q=letter_values(50, 5), uncertainty=letter_values(2, 9))
    analysis = analyse_map(made, EVERYWHERE, {})
    expected = explorer_data(analysis, None, "z")
    with mpl.rc_context(HOSTILE):
        data = explorer_data(analysis, None, "z")
    assert len(data["overlays"]) == 6
    assert {reading(decoded(overlay["image"])[..., :3]) for overlay in data["overlays"]} == {"upright"}
    np.testing.assert_array_equal(decoded(data["keys"][0]["image"]), decoded(expected["keys"][0]["image"]))


def test_shown_patterns_are_upright():
    assert reading(shown_patterns(letter_values(900, 0).reshape(1, *LETTER.shape), 1)[0]) == "upright"


@pytest.fixture
def letter_scan(tmp_path):
    """A scan whose patterns have more counts in the letter."""
    patterns = np.zeros((*LETTER.shape, 16, 16), np.uint16)
    patterns[..., 7:9, 7:9] = letter_values(90, 10).reshape(*LETTER.shape, 1, 1)
    with create_scan(tmp_path / "letter.h5", INFO) as writer:
        writer.write_rows(0, patterns)
    return tmp_path / "letter.h5"


@pytest.mark.slow
def test_a_settings_file_changes_nothing(letter_scan, run, kstem, tmp_path):
    import hyperspy.api as hs

    settings = tmp_path / "matplotlibrc"
    lines = "image.origin: lower\ntext.usetex: True\nfont.size: 30\nsavefig.transparent: True\n"
    settings.write_text(f"{lines}figure.facecolor: black\nsavefig.bbox: standard\n")
    command = [*kstem, "virtual", str(letter_scan), "--out", str(tmp_path / "hostile")]
    subprocess.run(command, check=True, env={**os.environ, "MATPLOTLIBRC": str(settings)})
    run("virtual", letter_scan, "--out", tmp_path / "usual")
    for folder in ("hostile", "usual"):
        assert reading(hs.load(tmp_path / folder / "bright_field.hspy").data) == "upright"
    hostile, usual = (imread(tmp_path / folder / "bright_field.png") for folder in ("hostile", "usual"))
    np.testing.assert_array_equal(hostile, usual)
