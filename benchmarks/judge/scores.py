"""Scores of answers, with their intervals, and paired differences between methods."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from orix.quaternion.symmetry import Symmetry
from scipy.stats import norm

from judge.method import Answers
from judge.oracle import Ceiling
from judge.test_set import Patterns
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import from_matrices
from keras_stem.metrics.confidence import score_confidence

BOUNDS = (1, 2, 5)
"""Bounds of the errors whose shares are stated (degrees)."""

_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval.

    Parameters
    ----------
    value, low, high
        From 0 to 1.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, successes: float, count: int) -> "Share":
        """Return the share of successes with Wilson's interval (J. Am. Stat. Assoc. 22, 209, 1927)."""
        share = successes / count
        middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
        half = _Z / (1 + _Z**2 / count) * np.sqrt(share * (1 - share) / count + (_Z / (2 * count)) ** 2)
        return cls(share, max(middle - half, 0.0), min(middle + half, 1.0))


@dataclass(frozen=True)
class Scores:
    """Scores of a method on a test set.

    Parameters
    ----------
    count
        Number of patterns.
    under
        Share of errors below each of `BOUNDS`.
    of_possible
        `under` relative to the ceiling, by bound.
    median
        Median error (degrees).
    covered
        Share of the errors below the stated bounds of 68 %; NaN if none are stated.
    risk
        Area under the risk-coverage curve (degrees); NaN without a confidence.
    stated
        Share of the answers whose stated bound is below 1 degree; NaN if none are stated.
    stated_wrong
        Share of these that are wrong by more than 5 degrees.
    rate
        Patterns per second.
    memory
        Peak memory (MiB).
    """

    count: int
    under: dict[int, Share]
    of_possible: dict[int, float]
    median: float
    covered: float
    risk: float
    stated: float
    stated_wrong: float
    rate: float
    memory: float

    def without_truth(self) -> "Scores":
        """Return what the scores tell if every answer is wrong: how often it is stated to be right."""
        unknown = Share(np.nan, np.nan, np.nan)
        shares = {"under": dict.fromkeys(BOUNDS, unknown), "of_possible": dict.fromkeys(BOUNDS, np.nan)}
        return replace(self, **shares, median=np.nan, covered=np.nan, risk=np.nan)


def errors(answers: Answers, patterns: Patterns, symmetries: Sequence[Symmetry]) -> np.ndarray:
    """Return the disorientation of answers from the truth.

    Parameters
    ----------
    answers
        Answers to n patterns.
    patterns
        The patterns with their truth.
    symmetries
        Proper point group of each crystal.

    Returns
    -------
    numpy.ndarray
        Shape (n,), in degrees; 180 without an answer, without a truth, and where the crystal is wrong.
    """
    count = len(answers.matrices)
    truth, found = patterns.matrices, np.full(count, 180.0)
    given = np.isfinite(answers.matrices).all(axis=(1, 2)) & np.isfinite(truth).all(axis=(1, 2))
    true_phase = np.zeros(count, int) if patterns.phase is None else patterns.phase
    if answers.phase is not None:
        given &= answers.phase == true_phase
    for number, symmetry in enumerate(symmetries):
        own = given & (true_phase == number)
        if own.any():
            pair = from_matrices(answers.matrices[own]), from_matrices(truth[own])
            found[own] = np.rad2deg(disorientation(*pair, symmetry))
    return found


def score(answers: Answers, wrong_by: np.ndarray, ceiling: Ceiling | None) -> Scores:
    """Return the scores of answers.

    Parameters
    ----------
    answers
        Answers to n patterns.
    wrong_by
        Their errors, shape (n,), in degrees.
    ceiling
        Ceiling of the test set, if it is known.
    """
    count = len(wrong_by)
    under = {bound: Share.of(float(np.sum(wrong_by < bound)), count) for bound in BOUNDS}
    possible = {bound: np.nan if ceiling is None else ceiling.share(bound) for bound in BOUNDS}
    told, states = np.isfinite(answers.confidence).any(), np.isfinite(answers.bound).any()
    # Where nothing is stated, a method that usually states something is least sure.
    bounds = np.where(np.isfinite(answers.bound), answers.bound, np.inf)
    least = np.nanmin(answers.confidence) - 1 if told else 0.0
    doubt = -np.where(np.isfinite(answers.confidence), answers.confidence, least)
    sure = bounds < 1
    return Scores(
        count=count,
        under=under,
        of_possible={bound: under[bound].value / possible[bound] for bound in BOUNDS},
        median=float(np.median(wrong_by)),
        covered=float(np.mean(wrong_by <= bounds)) if states else np.nan,
        risk=score_confidence(doubt, doubt, wrong_by).risk if told else np.nan,
        stated=float(sure.mean()) if states else np.nan,
        stated_wrong=float(np.mean(wrong_by[sure] > 5)) if states and sure.any() else np.nan,
        rate=count / answers.seconds,
        memory=answers.memory,
    )


def difference(first: np.ndarray, second: np.ndarray, bound: float = 5) -> Share:
    """Return how much more of the same patterns the first method answers within a bound than the second.

    The interval is that of paired proportions with half a pattern added to each of the four cells (Agresti
    and Min, Stat. Med. 24, 729, 2005).

    Parameters
    ----------
    first, second
        Errors of two methods on the same patterns, shape (n,), in degrees.
    bound
        Largest error of a right answer (degrees).
    """
    right, other = first < bound, second < bound
    count = len(right) + 2
    gained, lost = np.sum(right & ~other) + 0.5, np.sum(other & ~right) + 0.5
    middle = (gained - lost) / count
    half = _Z * np.sqrt(gained + lost - (gained - lost) ** 2 / count) / count
    return Share(float(np.mean(right) - np.mean(other)), float(middle - half), float(middle + half))
