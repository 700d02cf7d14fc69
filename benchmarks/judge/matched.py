"""Solutions of template matching for test sets, in this process."""

import numpy as np

from judge import crystals
from judge.method import Answers, unknown
from judge.scores import errors
from judge.test_set import Patterns, TestSet
from keras_stem.indexing.matching import Candidates, Matcher
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder

SETTINGS = Matching()
"""The defaults of ``kstem label match``."""

RIGHT = 5.0
"""Disorientation below which a solution is right (degrees)."""


def candidates_of(test_set: TestSet, patterns: Patterns) -> Candidates:
    """Return the refined solutions of the bank for the patterns of a test set of one crystal."""
    instrument = test_set.instrument
    settings = SETTINGS.for_instrument(instrument)
    images = SpotFinder(instrument.detector, settings)(patterns.counts)
    return Matcher(crystals.phase(test_set.crystal), instrument.detector, settings).match(images)


def errors_of(matrices: np.ndarray, test_set: TestSet, patterns: Patterns) -> np.ndarray:
    """Return the disorientation of orientations, shape (n, 3, 3), from the truth, shape (n,), in degrees."""
    nothing = unknown(len(matrices))
    return errors(
        Answers(np.ascontiguousarray(matrices), nothing, nothing, np.nan, np.nan),
        patterns,
        test_set.symmetries,
    )
