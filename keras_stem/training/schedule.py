"""Learning rates that change with the steps: the paper's, and ours."""

import keras
from keras import ops

DECAY = 0.995
PERIOD = 500

RISE = 0.03
"""Share of the steps in which the rate rises."""

END = 0.01
"""Share of the highest rate that is left at the end."""


@keras.saving.register_keras_serializable(package="keras_stem")
class PaperDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Equation 1 of Wissel et al.: lr_i = lr_0 * 0.995 ** ((i + 1) / 500).

    The paper does not say what i counts. Both readings are here: steps (``steps_per_i`` = 1), which halve the
    rate in 69,000 steps; or epochs (``steps_per_i`` = steps of an epoch), which leave it nearly constant: in
    200 epochs it falls by 0.2 %.

    Parameters
    ----------
    initial
        lr_0.
    steps_per_i
        Optimizer steps for which i stays the same.
    """

    def __init__(self, initial: float, steps_per_i: int = 1):
        self.initial = initial
        self.steps_per_i = steps_per_i

    def __call__(self, step):
        """Return the rate at an optimizer step."""
        i = ops.floor(ops.cast(step, "float32") / self.steps_per_i)
        return self.initial * ops.power(DECAY, (i + 1) / PERIOD)

    def get_config(self):  # noqa: D102
        return {"initial": self.initial, "steps_per_i": self.steps_per_i}


def rise_and_fall(highest: float, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """Return a rate that rises from nearly nothing in a few steps, and falls along a cosine.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
    """
    rise = max(1, round(RISE * steps))
    return keras.optimizers.schedules.CosineDecay(
        END * highest, max(1, steps - rise), alpha=END, warmup_target=highest, warmup_steps=rise
    )
