"""Callback that sets the order of the training patterns from the epoch number."""

import keras

from keras_stem.pipeline.order import Epoch


class FollowEpoch(keras.callbacks.Callback):
    """Callback that passes the epoch number to the order of the training patterns.

    A resumed training therefore sees the same patterns as an uninterrupted one.

    Parameters
    ----------
    order
        Order of the training patterns.
    """

    def __init__(self, order: Epoch):
        super().__init__()
        self._order = order

    def on_epoch_begin(self, epoch, logs=None) -> None:  # noqa: D102
        self._order.epoch = epoch
