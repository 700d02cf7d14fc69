"""A model scored on a scan, against its labels and, where there is one, its truth."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.phase import proper_point_group
from keras_stem.mapping.predict import predict_map
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.scan.scan import Scan
from keras_stem.scan.splits import split
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.training.recipe import Recipe
from keras_stem.training.scores import Scores, score

TRUE_EULER = "truth_euler"
"""Property with the true Euler angles (n, 3), radians, of a simulated scan."""


@dataclass(frozen=True)
class Evaluation:
    """Scores on one subset against one reference: "labels" or "truth"."""

    subset: str
    reference: str
    scores: Scores


def evaluate(
    model: OrientationModel, scan: Scan, thresholds: Thresholds | None = None, verbose: bool = False
) -> list[Evaluation]:
    """Score a model on a scan.

    On the scan that the model was trained on, DS_Val and DS_Test are scored as well as DS_R and DS_Q; on any
    other, nothing was trained on, and DS_R and DS_Q are scored.

    Parameters
    ----------
    model
        The model.
    scan
        The open scan, with labels.
    thresholds
        Of DS_Q and DS_R; those of the training by default.
    verbose
        Whether to show progress.

    Returns
    -------
    list of Evaluation

    Raises
    ------
    KerasStemError
        If the scan has no labels or does not fit the model.
    """
    recipe = Recipe.from_dict(model.card.recipe)
    subsets = _subsets(model, scan, recipe, thresholds or recipe.thresholds)
    predicted = predict_map(model, scan, verbose).euler
    symmetry = proper_point_group(scan.phase)
    return [
        Evaluation(name, reference, score(predicted[where], rotations[where], symmetry))
        for reference, rotations in _references(scan).items()
        for name, where in subsets.items()
    ]


def _subsets(
    model: OrientationModel, scan: Scan, recipe: Recipe, thresholds: Thresholds
) -> dict[str, np.ndarray]:
    found = {}
    if model.card.fingerprint == scan.fingerprint:
        trained_on = subset(scan.labels, "DS_R", recipe.thresholds)
        parts = split(scan.labels, trained_on, recipe.split, recipe.seed)
        found = {"DS_Val": parts.val, "DS_Test": parts.test}
    return found | {name: subset(scan.labels, name, thresholds) for name in ("DS_R", "DS_Q")}


def _references(scan: Scan) -> dict[str, Rotation]:
    references = {"labels": scan.labels.rotations}
    if TRUE_EULER in scan.labels.prop:
        references["truth"] = Rotation.from_euler(scan.labels.prop[TRUE_EULER])
    return references
