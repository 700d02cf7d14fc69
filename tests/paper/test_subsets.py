"""What the subsets of a simulated scan hold."""

from types import SimpleNamespace

import numpy as np
import pytest
from orix.crystal_map import CrystalMap, PhaseList
from orix.quaternion import Rotation
from paper.subsets import unseen, wrong_labels

from keras_stem.scan.subsets import SUBSETS


def test_labels_are_worse_in_larger_subsets(scan):
    counts, shares = zip(*(wrong_labels(scan, name) for name in SUBSETS), strict=True)
    assert counts[0] > counts[1] > counts[2]
    assert shares[0] > shares[1] >= shares[2]
    assert counts[0] == np.prod(scan.info.shape)


def test_grains_that_the_best_subset_hardly_shows():
    """Grain 0 is in DS_R, grain 1 is not; two positions are vacuum, one of them with a label."""
    reliability = [50, 50, 50, 0, 0, 0, 0, 0]
    prop = {"truth_grain": np.array([0, 0, 0, 0, 1, 1, -1, -1]), "R": np.array(reliability, float)}
    prop["Q"] = np.array([50, 50, 50, 50, 50, 50, 50, 0.0])
    labels = CrystalMap(
        Rotation.identity(8),
        phase_id=np.array([0, 0, 0, 0, 0, 0, 0, -1]),
        x=np.arange(8),
        phase_list=PhaseList(names=["a"], ids=[0]),
        prop=prop,
    )
    assert unseen(SimpleNamespace(labels=labels)) == (2, 1, pytest.approx(2 / 3))
