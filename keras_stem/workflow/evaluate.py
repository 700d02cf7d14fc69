"""Evaluation of a model on a scan, against its labels and, if available, the ground truth."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.map_phases import single_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.inference.scan_map import Prediction, predict_map
from keras_stem.metrics.confidence import ConfidenceScores, score_confidence
from keras_stem.metrics.scores import Scores, score
from keras_stem.metrics.vocabulary import CLEAR, DS_Q, DS_R, DS_TEST, DS_VAL, LABELS, TRUTH
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.training.recipe import Recipe

TRUE_EULER = "truth_euler"
"""Property with the true Euler angles of a simulated scan (radians), shape (n, 3)."""

TRUE_WEIGHT = "truth_weight"
"""Property with the fraction of the scattering that the true grain contributes in a simulated scan."""

CLEAR_SHARE = 0.8
"""Smallest fraction of the scattering from the dominant grain in patterns of the subset "clear"."""


@dataclass(frozen=True)
class Evaluation:
    """Scores on one subset against one reference: "labels" or "truth".

    Parameters
    ----------
    subset, reference
        Names of the subset and of the reference.
    scores
        Scores of the orientations.
    confidence
        Scores of the predicted uncertainties; None if the model provides none.
    """

    subset: str
    reference: str
    scores: Scores
    confidence: ConfidenceScores | None


def evaluate(
    model: OrientationModel,
    scan: Scan,
    thresholds: Thresholds | None = None,
    verbose: bool = False,
    refine: str | None = None,
    consensus: bool = False,
) -> list[Evaluation]:
    """Score a model on a scan.

    On the training scan of the model, DS_Val, DS_Test, DS_R and DS_Q are scored; on any other scan, of which
    the model has seen no pattern, DS_R and DS_Q. If the ground truth is available, the additional subset
    "clear" contains the positions of DS_Q at which one grain contributes at least 80 % of the scattering.

    Parameters
    ----------
    model
        Orientation model.
    scan
        Open scan with labels.
    thresholds
        Thresholds of DS_Q and DS_R; those of the training by default.
    verbose
        Whether to show progress.
    refine
        Refinement: "quick" or "thorough"; None disables it.
    consensus
        Whether neighbours decide between the refined candidates of each position.

    Returns
    -------
    list of Evaluation

    Raises
    ------
    KerasStemError
        If the scan has no labels or the model does not apply to it.
    """
    subsets = _subsets(model, scan, thresholds or model.card.thresholds)
    prediction = predict_map(model, scan, verbose, refine, scan.phase, consensus)
    return [
        _evaluation(prediction, where, rotations[where], name, reference)
        for reference, rotations in _references(scan).items()
        for name, where in subsets.items()
    ]


def _evaluation(
    prediction: Prediction, where: np.ndarray, expected: Rotation, subset: str, reference: str
) -> Evaluation:
    symmetry = proper_point_group(single_phase(prediction.crystal_map))
    euler = prediction.euler[where]
    scores = score(euler, expected, symmetry)
    bounds = [prediction.property(name) for name in ("uncertainty", "uncertainty_95")]
    if bounds[0] is None:
        return Evaluation(subset, reference, scores, None)
    errors = np.rad2deg(disorientation(Rotation.from_euler(euler), expected, symmetry))
    stated = score_confidence(*(bound[where] for bound in bounds), errors)
    return Evaluation(subset, reference, scores, stated)


def _subsets(model: OrientationModel, scan: Scan, thresholds: Thresholds) -> dict[str, np.ndarray]:
    found = {}
    if model.card.fingerprint == scan.fingerprint:
        recipe = Recipe.from_dict(model.card.recipe)
        parts = recipe.data.parts(scan.labels, recipe.seed)
        found = {DS_VAL.title: parts.val, DS_TEST.title: parts.test}
    found |= {name: subset(scan.labels, name, thresholds) for name in (DS_R.title, DS_Q.title)}
    if TRUE_WEIGHT in scan.labels.prop:
        in_q = found[DS_Q.title]
        found[CLEAR.title] = in_q[scan.labels.prop[TRUE_WEIGHT][in_q] >= CLEAR_SHARE]
    return found


def _references(scan: Scan) -> dict[str, Rotation]:
    references = {LABELS.title: scan.labels.rotations}
    if TRUE_EULER in scan.labels.prop:
        references[TRUTH.title] = Rotation.from_euler(scan.labels.prop[TRUE_EULER])
    return references
