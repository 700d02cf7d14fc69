"""Order of positions in blocks of chunks."""

import numpy as np

from keras_stem.pipeline.order import Shuffled

POSITIONS = np.arange(0, 200, 2)
CHUNKS = POSITIONS // 20
"""Ten chunks of ten positions."""


def blocks_of(epoch=0, buffer=30, seed=0):
    order = Shuffled(POSITIONS, CHUNKS, buffer, seed)
    order.epoch = epoch
    return list(order)


def test_each_position_is_visited_once_in_an_epoch():
    blocks = blocks_of()
    assert len(blocks) == len(Shuffled(POSITIONS, CHUNKS, 30, 0)) == 3  # 100 positions, 30 at once
    assert [len(block) for block in blocks] == [34, 33, 33]
    np.testing.assert_array_equal(np.sort(np.concatenate(blocks)), POSITIONS)


def test_a_block_reads_few_chunks_in_random_order():
    for block in blocks_of(buffer=10):
        assert len(np.unique(block // 20)) == 1  # the chunk itself
        assert not np.array_equal(block, np.sort(block))
    order = np.array([block[0] // 20 for block in blocks_of(buffer=10)])
    assert sorted(order) == list(range(10))
    assert not np.array_equal(order, np.sort(order))


def test_a_large_buffer_shuffles_everything():
    [block] = blocks_of(buffer=1000)
    assert not np.array_equal(block, POSITIONS)
    assert len(np.unique(block[:10] // 20)) > 3


def test_the_order_is_that_of_seed_and_epoch_alone():
    first = np.concatenate(blocks_of(epoch=3))
    np.testing.assert_array_equal(first, np.concatenate(blocks_of(epoch=3)))
    assert not np.array_equal(first, np.concatenate(blocks_of(epoch=4)))
    assert not np.array_equal(first, np.concatenate(blocks_of(epoch=3, seed=1)))
