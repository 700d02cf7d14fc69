import numpy as np
import pytest

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.scan.labels import crystal_map
from keras_stem.scan.subsets import Thresholds, subset


@pytest.fixture
def labels(rng):
    q = np.array([10.0, 20, 30, 40])
    r = np.array([50.0, 10, 15, 40])
    return crystal_map(random_rotations(4, rng), linio2(), (2, 2), 1.0, "nm", {"Q": q, "R": r})


def test_the_papers_thresholds_are_inclusive(labels):
    found = {name: subset(labels, name, Thresholds()).tolist() for name in ("DS_0", "DS_Q", "DS_R")}
    assert found == {"DS_0": [0, 1, 2, 3], "DS_Q": [1, 2, 3], "DS_R": [2, 3]}


def test_an_empty_subset_says_what_to_do(labels):
    with pytest.raises(KerasStemError, match=r"DS_R is empty.*--min-q"):
        subset(labels, "DS_R", Thresholds(50, 50))


def test_a_missing_property_is_named_unless_it_is_not_needed(labels):
    del labels.prop["R"]
    with pytest.raises(KerasStemError, match="no property R"):
        subset(labels, "DS_R", Thresholds())
    assert len(subset(labels, "DS_R", Thresholds(r=0))) == 3
