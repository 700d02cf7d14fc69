"""The order of the training patterns follows the number of the epoch."""

import keras

from keras_stem.pipeline.order import Epoch


class FollowEpoch(keras.callbacks.Callback):
    """Tell the order which epoch begins, so that a resumed training sees what it would have seen.

    Parameters
    ----------
    order
        Of the training patterns.
    """

    def __init__(self, order: Epoch):
        super().__init__()
        self._order = order

    def on_epoch_begin(self, epoch, logs=None):  # noqa: D102
        self._order.epoch = epoch
