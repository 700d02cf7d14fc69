"""Learning rates over the steps of a training."""

import keras
import numpy as np
import pytest

from keras_stem.training.schedule import PaperDecay, rise_and_fall

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("steps_per_i", [1, 25])
def test_equation_1_in_both_readings(steps_per_i):
    schedule = PaperDecay(5e-4, steps_per_i)
    for step in (0, 1, 24, 25, 499, 5000):
        i = step // steps_per_i
        rate = float(keras.ops.convert_to_numpy(schedule(step)))
        assert rate == pytest.approx(5e-4 * 0.995 ** ((i + 1) / 500), rel=1e-5)


def test_per_step_it_is_keras_exponential_decay():
    theirs = keras.optimizers.schedules.ExponentialDecay(1e-3 * 0.995 ** (1 / 500), 500, 0.995)
    steps = np.array([0, 10, 1000])
    ours = [float(keras.ops.convert_to_numpy(PaperDecay(1e-3)(step))) for step in steps]
    np.testing.assert_allclose(ours, [float(keras.ops.convert_to_numpy(theirs(s))) for s in steps], rtol=1e-5)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0, 1e-5),  # one hundredth of the highest
        (15, 5.05e-4),  # half of the way up
        (30, 1e-3),  # 3 % of 1000 steps
        (515, 5.05e-4),  # half of the way down, where the cosine is 0
        (1000, 1e-5),
    ],
)
def test_a_linear_rise_and_a_cosine_down_to_one_percent(step, expected):
    rate = float(keras.ops.convert_to_numpy(rise_and_fall(1e-3, 1000)(step)))
    assert rate == pytest.approx(expected, rel=1e-3)
