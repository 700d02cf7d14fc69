"""Matchers of two phases, and their candidates for patterns."""

import pytest
from matched import DETECTOR, SETTINGS
from phases import PHASES

from keras_stem.crystal.phase import linio2
from keras_stem.indexing.matching import Matcher
from keras_stem.indexing.spot_images import SpotFinder


@pytest.fixture(scope="session")
def two_phases():
    """The phases, and a function that returns the candidates of patterns for each of them."""
    phases = [linio2(), PHASES["Pm-3m"]()]
    finder = SpotFinder(DETECTOR, SETTINGS)
    matchers = [Matcher(phase, DETECTOR, SETTINGS) for phase in phases]
    return phases, lambda patterns: [matcher.match(finder(patterns)) for matcher in matchers]
