import numpy as np
import pytest

from keras_stem.choices import SPLITS
from keras_stem.errors import KerasStemError
from keras_stem.scan.splits import split, with_more_training
from keras_stem.scan.subsets import Thresholds, subset


@pytest.fixture
def positions(scan):
    return subset(scan.labels, "DS_Q", Thresholds())


@pytest.mark.parametrize("kind", SPLITS)
def test_parts_are_disjoint_complete_and_seeded(scan, positions, kind):
    parts = split(scan.labels, positions, kind, seed=1)
    together = np.concatenate([parts.train, parts.val, parts.test])
    np.testing.assert_array_equal(np.sort(together), positions)
    again = split(scan.labels, positions, kind, seed=1)
    np.testing.assert_array_equal(again.train, parts.train)
    assert not np.array_equal(split(scan.labels, positions, kind, seed=2).train, parts.train)


def test_random_parts_are_60_20_20(scan, positions):
    parts = split(scan.labels, positions, "random", seed=0)
    shares = [len(part) / len(positions) for part in (parts.train, parts.val, parts.test)]
    np.testing.assert_allclose(shares, (0.6, 0.2, 0.2), atol=0.01)


@pytest.mark.parametrize("with_truth", [True, False])
def test_grains_are_not_torn_apart(scan, positions, with_truth):
    labels = scan.labels
    grains = np.asarray(labels.prop["truth_grain"])
    if not with_truth:
        del labels.prop["truth_grain"]
    parts = split(labels, positions, "grain", seed=0)
    sizes = np.bincount(grains[positions])
    homes = [np.bincount(grains[part], minlength=len(sizes)) for part in (parts.train, parts.val, parts.test)]
    # Labels err here and there, so that a segmented grain can lose single points.
    assert (np.max(homes, axis=0) >= (1.0 if with_truth else 0.6) * sizes).all()


def test_too_few_groups_are_a_clear_error(scan, positions):
    one_grain = positions[np.asarray(scan.labels.prop["truth_grain"])[positions] == 1]
    with pytest.raises(KerasStemError, match="in 1 groups"):
        split(scan.labels, one_grain, "grain", seed=0)


@pytest.mark.parametrize(("kind", "with_truth"), [*((kind, True) for kind in SPLITS), ("grain", False)])
def test_more_training_positions_leave_the_others(scan, positions, kind, with_truth):
    labels = scan.labels
    grains = np.asarray(labels.prop["truth_grain"])
    if not with_truth:
        del labels.prop["truth_grain"]
    smaller = subset(labels, "DS_R", Thresholds())
    parts = split(labels, smaller, kind, seed=1)
    wider = with_more_training(parts, labels, positions, kind, seed=1)
    np.testing.assert_array_equal(wider.val, parts.val)
    np.testing.assert_array_equal(wider.test, parts.test)
    assert set(parts.train) < set(wider.train) <= set(positions)
    assert not set(wider.train) & {*parts.val, *parts.test}
    if kind == "grain" and with_truth:
        assert not set(grains[wider.train]) & {*grains[parts.val], *grains[parts.test]}
    if kind == "random":
        others = len(positions) - len(smaller)
        assert len(wider.train) - len(parts.train) == pytest.approx(0.6 * others, abs=4 * others**0.5)
