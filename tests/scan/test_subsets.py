import numpy as np
import pytest

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.subsets import Thresholds, few_notes, subset


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


@pytest.mark.parametrize(
    ("q", "r", "told", "option"),
    [
        (
            np.full(2320, 30.0),
            np.repeat([20.0, 5], [8, 2312]),
            "2,320 have Q >= 20, and 8 of these",
            "--min-r",
        ),
        (
            np.repeat([30.0, 5], [150, 2170]),
            np.full(2320, 20.0),
            "150 have Q >= 20, and 150 of these",
            "--min-q",
        ),
        (np.full(2320, 30.0), np.repeat([20.0, 5], [220, 2100]), "and 220 of these R >= 15", "--min-r"),
        (np.full(100, 30.0), np.full(100, 20.0), "of 100 positions 100 have", "--simulate"),
    ],
)
def test_few_positions_are_told(q, r, told, option, rng):
    labels = crystal_map(
        random_rotations(len(q), rng), linio2(), (len(q) // 20, 20), 1.0, "nm", {"Q": q, "R": r}
    )
    [note] = few_notes(labels, Thresholds())
    assert told in note and option in note
    assert ("--min" in note) == (option != "--simulate")


def test_enough_positions_need_no_word(rng):
    q, r = np.full(2320, 30.0), np.repeat([20.0, 5], [240, 2080])
    labels = crystal_map(random_rotations(2320, rng), linio2(), (116, 20), 1.0, "nm", {"Q": q, "R": r})
    assert few_notes(labels, Thresholds()) == []
