"""Streams of patterns for training."""

import numpy as np
import pytest
from orix.quaternion import Rotation
from phases import PHASES

from keras_stem.crystal.phase import linio2
from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.simulate.patterns import Microscope, PatternSimulator
from keras_stem.simulate.stream import Nuisances, PatternStream
from keras_stem.training.data_settings import SimulatedData


def test_the_stream_draws_what_the_simulator_does():
    same = {"direct": (0.35,) * 2, "diffuse": (0.3,) * 2, "halo": (0.25,) * 2, "disk": (1.0,) * 2}
    still = {"drift": (0.0,) * 2, "scale": (1.0,) * 2, "excitation_error": (0.02,) * 2}
    still |= {"precession": (1.0,) * 2, "overlap": 0.0}
    phase = PHASES["R-3m"]()
    stream = PatternStream(phase, Instrument(), Nuisances(dose=(1e6,) * 2, **same, **still), seed=3)
    counts, matrices = stream.batch(7, 4)
    again = stream.batch(7, 4)
    np.testing.assert_array_equal(counts, again[0])
    np.testing.assert_array_equal(matrices, again[1])
    assert (stream.batch(8, 4)[0] != counts).any()
    simulator = PatternSimulator(phase, Microscope(), Detector((64, 64), 0.05))
    for pattern, spots in zip(counts, simulator.spots(Rotation.from_matrix(matrices)), strict=True):
        expected = 1e6 * simulator.draw([spots], [1.0], np.zeros(2))
        noise = (pattern - expected) / np.sqrt(np.maximum(expected, 1))
        assert abs(noise.mean()) < 0.1
        assert 0.9 < noise.std() < 1.1


def test_bright_pixels_saturate():
    nuisances = Nuisances(dose=(3e6,) * 2, drift=(0.5,) * 2, direct=(0.5,) * 2)
    counts, _ = PatternStream(linio2(), Instrument(Detector((32, 32), 0.1)), nuisances, seed=0).batch(0, 5)
    assert counts.dtype == np.uint16
    assert np.all(counts.max(axis=(1, 2)) == np.iinfo(np.uint16).max)


def test_settings_that_make_no_sense_are_clear_errors():
    for make in (
        lambda: Nuisances(dose=(2e5, 1e5)),
        lambda: Instrument(Detector((0, 64), 0.1)),
        lambda: Instrument(beam=Beam(300, 1.6, -1)),
        lambda: SimulatedData(patterns=0),
    ):
        with pytest.raises(KerasStemError):
            make()
