"""What the figures of the paper tell."""

import re

import numpy as np
import pytest

from keras_stem.scan.subsets import Thresholds, subset

pytestmark = pytest.mark.slow


def test_figure_1_tells_the_parts_of_the_training(drawn, scan, trained):
    folder, _ = drawn
    told = (folder / "figure_1.svg").read_text(encoding="utf-8")
    in_q = len(subset(scan.labels, "DS_Q", Thresholds()))
    assert re.search(rf">{in_q} \(\d+%\)<", told)
    assert re.search(rf">{trained.scores['test'].count} \(20%\)<", told)
    assert "random split" in told


def test_figure_10_tells_the_scores_of_ds_q(drawn, trained):
    folder, figures = drawn
    told = (folder / "figure_10.svg").read_text(encoding="utf-8")
    means = [float(mean) for mean in re.findall(r"mean ([\d.]+)°", told)]
    assert len(means) == 3
    assert np.mean(means) == pytest.approx(trained.scores["q"].mae, abs=0.01)
    assert f"median {trained.scores['q'].median:.2f}°" in told
    assert figures.models == {"CNN": trained.run_id}
