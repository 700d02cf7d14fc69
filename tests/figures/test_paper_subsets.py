"""The flow of subsets and the split in the figures of the paper."""

import re

import numpy as np
from paper_scans import chosen, texts

from keras_stem.figures.paper_subsets import subsets_figure
from keras_stem.scan.splits import split
from keras_stem.scan.subsets import Thresholds, subset


def test_sizes_in_the_flow_are_those_of_the_subsets(labels):
    thresholds = Thresholds(20, 15)
    in_q, in_r = (subset(labels, name, thresholds) for name in ("DS_Q", "DS_R"))
    parts = split(labels, in_r, "random", 0)
    told = texts(subsets_figure(labels, thresholds, parts, "random split, seed 0"))
    for name, size in (
        ("DS_0: all positions", labels.size),
        ("DS_Q: Q ≥ 20", len(in_q)),
        ("DS_R: Q ≥ 20 and R ≥ 15", len(in_r)),
        ("DS_Train", len(parts.train)),
        ("DS_Val", len(parts.val)),
        ("DS_Test", len(parts.test)),
    ):
        assert re.search(rf"^{name}\n{size}\b", told, re.MULTILINE), told
    assert f"{len(in_q) - len(in_r)} left out: R < 15" in told


def test_the_small_map_shows_what_each_position_belongs_to(labels):
    thresholds = Thresholds(20, 15)
    parts = split(labels, subset(labels, "DS_R", thresholds), "block", 0)
    figure = subsets_figure(labels, thresholds, parts, "block split, seed 0")
    kinds = np.asarray(next(axes for axes in figure.axes if axes.images).images[0].get_array()).ravel()
    np.testing.assert_array_equal(np.flatnonzero(kinds == 2), parts.train)
    np.testing.assert_array_equal(np.flatnonzero(kinds == 4), parts.test)
    np.testing.assert_array_equal(np.flatnonzero(kinds == 0), np.flatnonzero(~chosen(labels)))
