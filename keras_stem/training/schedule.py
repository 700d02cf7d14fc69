"""Learning-rate schedules: the exponential decay of the paper, and warm-up with cosine decay."""

from typing import Any

import keras
from keras import ops

DECAY = 0.995
PERIOD = 500

RISE = 0.03
"""Fraction of the steps that is spent on the linear warm-up."""

END = 0.01
"""Fraction of the peak rate at the beginning of the warm-up and at the end of the decay."""


@keras.saving.register_keras_serializable(package="keras_stem")
class PaperDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Exponential decay of equation 1 of Wissel et al.: lr_i = lr_0 * 0.995 ** ((i + 1) / 500).

    The paper does not specify what i counts. Both interpretations are available: steps
    (``steps_per_i`` = 1), with which the rate halves in 69,000 steps; or epochs (``steps_per_i`` = steps per
    epoch), with which it stays nearly constant and falls by 0.2 % in 200 epochs.

    Parameters
    ----------
    initial
        Initial learning rate lr_0.
    steps_per_i
        Number of optimizer steps per increment of i.
    """

    def __init__(self, initial: float, steps_per_i: int = 1):
        self.initial = initial
        self.steps_per_i = steps_per_i

    def __call__(self, step):
        """Return the learning rate at an optimizer step."""
        i = ops.floor(ops.cast(step, "float32") / self.steps_per_i)
        return self.initial * ops.power(DECAY, (i + 1) / PERIOD)

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        return {"initial": self.initial, "steps_per_i": self.steps_per_i}


def rise_and_fall(highest: float, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """Return a schedule with linear warm-up from 1 % of the peak rate, then cosine decay back to 1 %.

    Parameters
    ----------
    highest
        Peak learning rate.
    steps
        Total number of optimizer steps; the warm-up takes 3 % of them.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
    """
    rise = max(1, round(RISE * steps))
    return keras.optimizers.schedules.CosineDecay(
        END * highest, max(1, steps - rise), alpha=END, warmup_target=highest, warmup_steps=rise
    )
