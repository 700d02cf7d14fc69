"""A loss that is not finite ends the training."""

import math

import keras

from keras_stem.errors import KerasStemError


class RequireFiniteLoss(keras.callbacks.Callback):
    """End the training with a clear message when the loss of an epoch is NaN or infinite."""

    def on_epoch_end(self, epoch, logs=None):  # noqa: D102
        if not math.isfinite((logs or {}).get("loss", 0.0)):
            raise KerasStemError(
                f"The loss became {logs['loss']} in epoch {epoch + 1}: the training diverged. "
                "Lower --learning-rate, and check the scan with kstem info."
            )
