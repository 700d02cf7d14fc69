import numpy as np
import pytest
from orix.quaternion import symmetry

from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.metrics.scores import score
from keras_stem.training.criterion import Criterion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r2>0.95", Criterion("r2", True, 0.95)),
        ("r2-nearest > 0.9", Criterion("r2_nearest", True, 0.9)),
        ("median-disorientation<1", Criterion("median", False, 1.0)),
        ("pattern-p95-disorientation < 2.5", Criterion("pattern_p95", False, 2.5)),
        ("under-2>0.9", Criterion("under_2", True, 0.9)),
        ("mse<1e-3", Criterion("mse", False, 1e-3)),
        ("r2>-1", Criterion("r2", True, -1.0)),
    ],
)
def test_criteria_are_read(text, expected):
    assert Criterion.parse(text) == expected


def test_a_criterion_is_met_beyond_its_bound_only():
    above, below = Criterion.parse("r2>0.95"), Criterion.parse("median-disorientation<1")
    logs = {"loss": 0.1, "val_r2": 0.96, "val_median": 1.0}
    assert above.met(logs)
    assert not below.met(logs)
    assert below.met({**logs, "val_median": 0.99})
    assert not above.met({"loss": 0.1})  # an epoch without scores
    assert not above.met({**logs, "val_r2": float("nan")})


def test_never_is_never_met():
    assert not Criterion.parse("never").met({"val_r2": 1.0, "val_median": 0.0})


@pytest.mark.parametrize(
    "name", ["median-disorientation", "pattern-mean-disorientation", "under-5", "r2-nearest", "mae"]
)
def test_scores_are_among_those_of_a_training(name, rng):
    rotations = random_rotations(10, rng)
    scores = score(rotations.to_euler(), rotations, symmetry.D3).named("val")
    assert f"val_{Criterion.parse(f'{name}<1').score}" in scores


@pytest.mark.parametrize(
    "text", ["", "r2", "r2>", "r2=0.9", "r2>=0.9", "r2>high", "median<1", "luck>1", "r2>1.2.3", "r2>."]
)
def test_what_is_no_criterion_is_a_clear_error(text):
    with pytest.raises(KerasStemError, match="median-disorientation"):
        Criterion.parse(text)


def test_every_bound_is_a_number():
    bounds = [Criterion.parse(f"mae<{text}").bound for text in ("0.5", "5", "1e2", "1e-2", "-3")]
    np.testing.assert_allclose(bounds, [0.5, 5, 100, 0.01, -3])
