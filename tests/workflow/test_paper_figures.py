"""What the figures of the paper tell."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from keras_stem.figures.context import Answer, FigureContext
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.workflow import paper_figures


@pytest.mark.slow
def test_figure_1_tells_the_parts_of_the_training(drawn, scan, trained):
    folder, _ = drawn
    told = (folder / "figure_1.svg").read_text(encoding="utf-8")
    in_q = len(subset(scan.labels, "DS_Q", Thresholds()))
    assert re.search(rf">{in_q} \(\d+%\)<", told)
    assert re.search(rf">{trained.scores['test'].count} \(20%\)<", told)
    assert "random split" in told


@pytest.mark.slow
def test_figure_10_tells_the_scores_of_ds_q(drawn, trained):
    folder, figures = drawn
    told = (folder / "figure_10.svg").read_text(encoding="utf-8")
    means = [float(mean) for mean in re.findall(r"mean ([\d.]+)°", told)]
    assert len(means) == 3
    assert np.mean(means) == pytest.approx(trained.scores["q"].mae, abs=0.01)
    assert f"median {trained.scores['q'].median:.2f}°" in told
    assert figures.models == {"CNN": trained.run_id}


MODELS = (
    ("CNN (1)", "cnn", None, False),
    ("CNN (2)", "cnn", None, False),
    ("DenseNet, plain", "densenet", "plain", False),
    ("DenseNet, pre-trained", "densenet", "pre-trained", True),
    ("Swin, modified-fc", "swin", "modified-fc", False),
    ("Swin, custom-fc", "swin", "custom-fc", False),
    ("Swin, adjust-model", "swin", "adjust-model", True),
    ("Swin, adjust-images", "swin", "adjust-images", True),
)


@pytest.fixture
def context(scan):
    """Context with the models of the paper, whose maps are the labels."""
    prediction = SimpleNamespace(crystal_map=scan.labels)
    answers = [
        Answer(name, name, SimpleNamespace(arch=arch), prediction, variant, pretrained)
        for name, arch, variant, pretrained in MODELS
    ]
    return FigureContext(scan, tuple(answers), np.ones(len(scan), bool))


def shown(figure) -> list[str]:
    """Return the titles of the maps of a figure."""
    return [axes.get_title() for axes in figure.axes[:-1]]  # the last is the key


@pytest.mark.parametrize(
    ("draw", "names"),
    [
        (paper_figures.ipf_maps_along_z, ["Labels", "CNN (1)", "DenseNet, plain", "Swin, modified-fc"]),
        (paper_figures.densenets, ["Labels", "DenseNet, plain", "DenseNet, pre-trained"]),
        (paper_figures.swins, ["Labels", *(name for name, arch, _, _ in MODELS if arch == "swin")]),
    ],
)
def test_maps_along_z_are_those_of_the_paper(context, draw, names):
    assert shown(draw(context)) == names
    assert context.notes == []


@pytest.mark.parametrize(
    ("draw", "names"),
    [
        (paper_figures.labels_and_cnn_in_all_directions, ["Labels", "CNN (1)"]),
        (paper_figures.densenets_in_all_directions, ["DenseNet, plain", "DenseNet, pre-trained"]),
        (paper_figures.pretrained_swins_in_all_directions, ["Swin, adjust-model", "Swin, adjust-images"]),
        (paper_figures.plain_swins_in_all_directions, ["Swin, modified-fc", "Swin, custom-fc"]),
    ],
)
def test_maps_along_all_directions_are_those_of_the_paper(context, draw, names):
    figure = draw(context)
    assert shown(figure) == [f"Along {direction}" for _ in names for direction in "xyz"]
    beside = [text.get_text() for axes in figure.axes[:-1:3] for text in axes.texts]
    assert [text for text in beside if text in names] == names


def test_a_variant_that_is_missing_is_told(context):
    fewer = FigureContext(context.scan, context.answers[:3], context.visible)
    assert shown(paper_figures.densenets(fewer)) == ["Labels", "DenseNet, plain"]
    assert paper_figures.swins(fewer) is None
    assert fewer.notes == [
        "Figure A.2 has 1 of the 2 variants of DenseNet in the paper.",
        "Figure A.3 is left out: no model is a Swin.",
    ]
