"""A template bank of two phases."""

import pytest
from matched import DETECTOR, SETTINGS
from phases import PHASES

from keras_stem.crystal.phase import linio2
from keras_stem.indexing.bank import build_bank


@pytest.fixture(scope="session")
def two_phases():
    phases = [linio2(), PHASES["Pm-3m"]()]
    return phases, build_bank(phases, DETECTOR, SETTINGS)
