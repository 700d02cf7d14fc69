"""Context of the figures of a scan and its models: labels, predictions and visible positions."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.paper_errors import AngleErrors, angle_errors
from keras_stem.inference.scan_map import Prediction
from keras_stem.models.card import ModelCard
from keras_stem.scan.scan import Scan


@dataclass(frozen=True)
class Answer:
    """Prediction of a model on the scan.

    Parameters
    ----------
    name
        Name of the model in the figures.
    reference
        Reference of the model: a models:/ or runs:/ URI, the id of a run, or the path of a .keras file.
    card
        Model card.
    prediction
        Prediction for all positions.
    variant
        Name of the variant of the network; None if it has none.
    pretrained
        Whether the training began with weights of another one; None if that is unknown.
    """

    name: str
    reference: str
    card: ModelCard
    prediction: Prediction
    variant: str | None = None
    pretrained: bool | None = None


@dataclass(frozen=True)
class FigureContext:
    """Everything that a figure of a scan and its models is drawn from.

    Parameters
    ----------
    scan
        Open scan with labels of a single phase.
    answers
        Predictions of the models, with unique names, in the order in which the models were given.
    visible
        Mask of the positions of DS_Q, shape (n,), bool.
    notes
        Lines for the user, to which a figure adds what it leaves out, and why.
    """

    scan: Scan
    answers: tuple[Answer, ...]
    visible: np.ndarray
    notes: list[str] = field(default_factory=list)

    @property
    def labels(self) -> CrystalMap:
        """Labels of the scan."""
        return self.scan.labels

    @property
    def maps(self) -> dict[str, CrystalMap]:
        """Predicted maps by the name of the model."""
        return {answer.name: answer.prediction.crystal_map for answer in self.answers}

    @cached_property
    def errors(self) -> dict[str, AngleErrors]:
        """Errors of the predictions against the labels at all positions, by the name of the model."""
        reference, symmetry = self.labels.rotations, proper_point_group(self.scan.phase)
        return {
            answer.name: angle_errors(answer.prediction.euler, reference, symmetry) for answer in self.answers
        }
