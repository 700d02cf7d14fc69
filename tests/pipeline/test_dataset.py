import numpy as np
import pytest

from keras_stem.pipeline.dataset import shuffled_patterns, streamed_patterns, with_progress
from keras_stem.pipeline.source import MemorySource, ScanSource

pytestmark = pytest.mark.backend


def together(batches):
    return [np.concatenate(parts) for parts in zip(*batches.as_numpy_iterator(), strict=True)]


@pytest.mark.parametrize("cached", [False, True])
def test_shuffled_patterns_keep_their_targets(scan, positions, cached):
    source = ScanSource(scan)
    if cached:
        source = MemorySource(source, positions)
    targets = np.stack([positions, -positions], axis=1)
    batches, _ = shuffled_patterns(source, positions, targets, 32, seed=0)
    patterns, found = together(batches)
    assert not np.array_equal(found, targets)
    order = found[:, 0].astype(int)
    np.testing.assert_array_equal(np.sort(order), positions)
    np.testing.assert_array_equal(patterns[..., 0], scan.read(order))
    np.testing.assert_array_equal(found[:, 1], -order)


def test_order_follows_seed_and_epoch(scan, positions):
    def order(seed, epoch):
        batches, order = shuffled_patterns(ScanSource(scan), positions, positions[:, None], 32, seed)
        order.epoch = epoch
        return together(batches)[1][:, 0].tolist()

    assert order(0, 0) == order(0, 0)
    assert order(0, 0) != order(0, 1)
    assert order(0, 1) != order(1, 1)


def test_a_scan_larger_than_the_buffer_is_shuffled_by_chunks(scan, monkeypatch):
    monkeypatch.setattr("keras_stem.pipeline.dataset.BUFFER_BYTES", 64 * 64 * 2 * 50)
    positions = np.arange(len(scan))
    batches, _ = shuffled_patterns(ScanSource(scan), positions, positions[:, None], 32, 0)
    order = together(batches)[1][:, 0]
    np.testing.assert_array_equal(np.sort(order), positions)
    rows_at_once = [len(np.unique(part // 20)) for part in np.array_split(order, 6)]
    assert max(rows_at_once) < 8  # of the 16 chunks, each a row of this scan


def test_changes_know_epoch_and_batch(scan, positions):
    def change(epoch, number, patterns, targets):
        marks = np.full((len(patterns), 2), (epoch, number), np.float32)
        return 2 * patterns.astype(np.float32), np.concatenate([targets, marks], axis=1)

    batches, order = shuffled_patterns(ScanSource(scan), positions, positions[:, None], 32, 0, change)
    for order.epoch in (0, 3):
        patterns, targets = together(batches)
        np.testing.assert_array_equal(patterns[..., 0], 2 * scan.read(targets[:, 0].astype(int)))
        assert np.all(targets[:, 1] == order.epoch)
        np.testing.assert_array_equal(targets[:, 2], np.arange(len(positions)) // 32)
    assert len(batches) == -(-len(positions) // 32)


def test_streamed_patterns_are_new_in_each_epoch():
    def make(number):
        return np.full((4, 8, 6), number, np.uint16), np.full((4, 9), number, np.float32)

    batches, following = streamed_patterns(make, (8, 6), 5)
    assert len(batches) == 5
    for following.epoch in (0, 1, 7):
        patterns, targets = together(batches)
        assert patterns.shape == (20, 8, 6, 1)
        assert patterns.dtype == np.float32
        numbers = 5 * following.epoch + np.repeat(np.arange(5), 4)
        np.testing.assert_array_equal(patterns[:, 0, 0, 0], numbers)
        np.testing.assert_array_equal(targets[:, 0], numbers)


def test_progress_is_the_share_of_the_training_that_is_done(scan, positions):
    batches, order = shuffled_patterns(ScanSource(scan), positions, positions[:, None], 40, 0)
    batches = with_progress(batches, order, epochs=3)
    shares = []
    for order.epoch in range(3):
        shares += [targets[:, 1] for _, targets in batches.as_numpy_iterator()]
    assert all(np.ptp(share) == 0 for share in shares)
    np.testing.assert_allclose([share[0] for share in shares], np.arange(12) / 12, atol=1e-6)
