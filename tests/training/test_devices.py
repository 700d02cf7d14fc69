"""Training on two virtual devices of JAX gives the losses of one."""

import json
import os
import subprocess
import sys

import keras
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.devices import data_parallel

STEPS = """
import json, sys
import keras
import numpy as np
from keras_stem.scan.scan import Scan
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan
from keras_stem.training.devices import data_parallel
from keras_stem.training.epochs import optimizer_of
from keras_stem.training.options import recipe_from_options

options = {"recipe": "paper", "batch_size": 24, "max_epochs": 4, **json.loads(sys.argv[2])}
recipe, found = recipe_from_options(options), {}
for devices in (1, 2):
    with Scan(sys.argv[1]) as scan, data_parallel(devices) as count:
        assert count == devices
        keras.utils.set_random_seed(0)
        data = prepare_scan(scan, recipe.data, 0)
        head = head_of(recipe, data.symmetry)
        encoder = assemble(data, recipe, head).encoder
        encoder.compile(optimizer_of(recipe, 10), head.loss())
        batches, order = data.train.batches(recipe.batch_size, head)
        losses, seen, statistics = [], 0, []
        for order.epoch in range(4):
            for counts, targets in batches:
                losses.append(float(encoder.train_on_batch(counts.numpy(), targets.numpy())))
                encoder.reset_metrics()
                if not statistics:
                    statistics = [np.asarray(one).ravel().tolist() for one in encoder.non_trainable_variables]
                seen += len(counts)
        found[devices] = {"losses": losses[:20], "statistics": sum(statistics, [0.0])}
        assert seen == 4 * data.train.count
print(json.dumps(found))
"""


pytestmark = pytest.mark.backend
only_jax = pytest.mark.skipif(keras.backend.backend() != "jax", reason="only JAX trains on several devices")


def steps_of(scan_path, **options):
    """Train on one and on two virtual devices, and return the losses and the statistics of the first step."""
    flags = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    command = [sys.executable, "-c", STEPS, str(scan_path), json.dumps(options)]
    done = subprocess.run(command, env={**os.environ, **flags}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return found["1"], found["2"]


@only_jax
def test_losses_are_those_of_one_device(scan_path):
    one, two = steps_of(scan_path, arch="cnn", filters=[4, 4, 4, 4], widths=[16])
    assert len(one["losses"]) == 20
    assert two["losses"] == pytest.approx(one["losses"], abs=1e-4)
    assert one["losses"][0] - one["losses"][-1] > 0.01


@only_jax
def test_statistics_of_batch_normalization_are_those_of_the_whole_batch(scan_path):
    """Rounding errors of 1e-6 change the later losses of this network, on one device as well."""
    one, two = steps_of(scan_path, arch="densenet", blocks=[1, 1, 1, 1])
    assert len(one["statistics"]) > 100
    assert two["statistics"] == pytest.approx(one["statistics"], rel=1e-3, abs=1e-5)
    assert two["losses"][:2] == pytest.approx(one["losses"][:2], abs=1e-4)


def test_several_devices_need_jax_and_as_many_as_there_are():
    expected = "needs JAX" if keras.backend.backend() != "jax" else "Expected at most 1 devices"
    with pytest.raises(KerasStemError, match=expected), data_parallel(2):
        pass


def test_a_single_device_is_the_default():
    with data_parallel() as count:
        assert count == 1
