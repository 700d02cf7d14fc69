"""A second look at the patterns whose answers agree with them less than is common."""

import numpy as np

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.source import PatternSource
from keras_stem.training.checks import CheckedAnswers, check_answers
from keras_stem.training.confidence import Usual
from keras_stem.training.predict import predict


def look_again(
    model: OrientationModel,
    source: PatternSource,
    positions: np.ndarray,
    checked: CheckedAnswers,
    verbose: bool = False,
) -> CheckedAnswers:
    """Return refined answers, or better ones among the votes that were too weak for the first look.

    All votes, and each turned by half about the beam, are compared with the patterns whose answers agree
    less than most right ones do; the best are refined. A network that knows little of a pattern often has
    the right orientation among its weak votes.

    Parameters
    ----------
    model
        The model. One that does not vote, or whose phase could not be simulated, has nothing to add.
    source
        Where to read.
    positions
        Shape (n,), ascending.
    checked
        The refined answers for them.
    verbose
        Whether to show progress.
    """
    usual = model.card.refined_usual
    common = None if usual is None else Usual(**usual).common_agreement
    doubtful = np.zeros(0, int) if common is None else np.flatnonzero(checked.agreement < common)
    if not model.several_candidates or not len(doubtful):
        return checked
    votes = predict(model.with_all_candidates(), source, positions[doubtful], verbose)
    again = check_answers(model.card, source, positions[doubtful], votes, "thorough", verbose)
    return _better(checked, again, doubtful)


def _better(checked: CheckedAnswers, again: CheckedAnswers, where: np.ndarray) -> CheckedAnswers:
    """Return the first answers, replaced by the second ones ``where`` those agree better."""
    better = again.agreement > checked.agreement[where]
    found = [values.copy() for values in (checked.euler, checked.agreement, checked.rival)]
    for values, others in zip(found, (again.euler, again.agreement, again.rival), strict=True):
        values[where[better]] = others[better]
    return CheckedAnswers(*found)
