"""Callback that ends the training when the loss is not finite."""

import math

import keras
from keras import ops

from keras_stem.errors import TrainingDivergedError


class RequireFiniteLoss(keras.callbacks.Callback):
    """Callback that raises `TrainingDivergedError` if the loss or a weight is not finite after an epoch."""

    def on_epoch_end(self, epoch, logs=None) -> None:  # noqa: D102
        loss = (logs or {}).get("loss", 0.0)
        weights = [float(ops.convert_to_numpy(ops.sum(w))) for w in self.model.trainable_weights]
        if not all(math.isfinite(number) for number in (loss, *weights)):
            raise TrainingDivergedError(
                f"The training diverged in epoch {epoch + 1} (loss {loss}). "
                "Lower --learning-rate, and check the scan with kstem info."
            )
