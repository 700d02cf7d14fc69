"""Batches of training patterns: counts and the matrices of their orientations."""

import numpy as np
import pytest
from orix.quaternion import Quaternion, symmetry
from scipy.spatial.transform import Rotation as ScipyRotation

from keras_stem.crystal.rotations import random_rotations
from keras_stem.heads.registry import head_class
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.networks.polar.options import PolarConfig
from keras_stem.pipeline.augmentation import Augmentation, augment
from keras_stem.pipeline.source import ArraySource
from keras_stem.training.patterns import LabelledPatterns, ScanPatterns

pytestmark = pytest.mark.backend


@pytest.fixture
def no_quaternions(monkeypatch):
    """Let nothing make quaternions from now on."""

    def forbid():
        def raise_error(*args, **kwargs):
            raise AssertionError("a quaternion was made")

        monkeypatch.setattr(Quaternion, "__init__", raise_error)
        monkeypatch.setattr(ScipyRotation, "from_matrix", raise_error)

    return forbid


@pytest.mark.parametrize("network", [CNNConfig(), PolarConfig()], ids=["rotation", "votes"])
def test_augmented_orientations_are_matrices_from_labels_to_targets(network, rng, no_quaternions):
    count, seed = 24, 5
    rotations = random_rotations(count, rng)
    counts = rng.poisson(9, (count, 16, 16)).astype(np.uint16)
    labelled = LabelledPatterns(ArraySource(counts), np.arange(count), rotations)
    head = head_class("rotation", network.output)([symmetry.D3])
    batches, order = ScanPatterns(labelled, Augmentation(), seed).batches(count, head)
    order.epoch = 1
    matrices, drawn = rotations.to_matrix(), np.random.default_rng((seed, 1, 0))
    no_quaternions()
    [(found, targets)] = [[part.numpy() for part in pair] for pair in batches]
    shuffled = np.concatenate(list(order))
    expected, turned = augment(counts[shuffled], matrices[shuffled], Augmentation(), drawn)
    np.testing.assert_allclose(found[..., 0], expected, rtol=1e-5)
    np.testing.assert_allclose(targets.reshape(-1, 3, 3), turned, atol=1e-6)
