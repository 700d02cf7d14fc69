import keras
import numpy as np
import pytest

from keras_stem.training.schedule import PaperDecay

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
