"""Fixtures of the tests of workflow."""

import hyperspy.api as hs
import numpy as np
import pytest

from keras_stem.scan.scan import Scan
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow.figures import write_figures


@pytest.fixture
def counts(rng):
    """Patterns of 3 rows and 4 columns."""
    return rng.integers(0, 200, (3, 4, 12, 12)).astype(np.uint8)


@pytest.fixture
def signal(counts):
    """A signal of HyperSpy with the steps, the pixel size and the beam energy of `counts`."""
    signal = hs.signals.Signal2D(counts)
    for axis, scale, unit in zip(
        signal.axes_manager._axes, (2.0, 2.0, 0.02, 0.02), ("nm", "nm", "1/Å", "1/Å"), strict=True
    ):
        axis.scale, axis.units = scale, unit
    signal.metadata.set_item("General.title", "dummy")
    signal.metadata.set_item("Acquisition_instrument.TEM.beam_energy", 200.0)
    return signal


@pytest.fixture(scope="module")
def model(trained):
    """The model of the shared training."""
    return load_model(trained.model_uri)


@pytest.fixture(scope="session")
def drawn(trained, scan_path, tmp_path_factory):
    """All figures of the paper of one training, and the folder that they are in."""
    folder = tmp_path_factory.mktemp("paper") / "figures"
    with Scan(scan_path) as scan:
        return folder, write_figures(scan, [trained.run_id], folder)
