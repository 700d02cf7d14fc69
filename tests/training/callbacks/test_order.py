"""The order of an epoch."""

from keras_stem.pipeline.order import Epoch
from keras_stem.training.callbacks.order import FollowEpoch


def test_the_order_has_the_number_of_the_epoch_also_after_an_interruption():
    order = Epoch()
    follow = FollowEpoch(order)
    for epoch in (0, 1, 7):
        follow.on_epoch_begin(epoch)
        assert order.epoch == epoch
