"""Inference pipeline from a block of patterns to a table of results."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from orix.quaternion import Rotation

from keras_stem.consensus.candidates import NONE, CandidateMap
from keras_stem.consensus.consensus import PatternRefinement, reach_consensus
from keras_stem.consensus.statement import properties_of
from keras_stem.consensus.trials import Progress
from keras_stem.crystal.euler import fundamental_euler
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.calibration import error_bounds, unexplained
from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import Predictions, predict_block
from keras_stem.inference.uncertainty import UncertaintyCalibration, evidence, reliability
from keras_stem.inference.verification import VerifiedAnswers, verifier_of
from keras_stem.models.card import ModelCard
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.source import PatternSource


@dataclass(frozen=True)
class Answers:
    """Orientations of n patterns and their properties.

    Parameters
    ----------
    euler
        Bunge Euler angles in radians, shape (n, 3); they may lie slightly outside the fundamental ranges.
    properties
        Arrays of shape (n,) that the model provides: "uncertainty" and "uncertainty_95" (68 and 95 % bounds
        of the error, degrees), "reliability" (0 to 100), "agreement" (with the expected spots, up to 100) and
        "out_of_distribution" (1 for patterns outside the training distribution, or that refined orientations
        do not explain).
    candidates
        The best refined orientations, and the disks of the patterns; None if they are not kept.
    """

    euler: np.ndarray
    properties: dict[str, np.ndarray]
    candidates: CandidateMap | None = None

    @classmethod
    def joined(cls, parts: Sequence["Answers"]) -> "Answers":
        """Concatenate the results of several blocks."""
        names = parts[0].properties
        properties = {name: np.concatenate([part.properties[name] for part in parts]) for name in names}
        kept = [part.candidates for part in parts if part.candidates is not None]
        euler = np.concatenate([part.euler for part in parts])
        return cls(euler, properties, CandidateMap.joined(kept) if kept else None)


class InferenceSteps:
    """Inference pipeline: prediction, verification by the expected spots, refinement and uncertainty.

    Parameters
    ----------
    model
        Orientation model.
    refine
        Refinement: None, "quick" or "thorough", as for `keras_stem.inference.verification.Verifier`.
    consensus
        Whether candidates are kept, between which neighbours decide in `agree`.

    Raises
    ------
    KerasStemError
        If refinement is requested and the phase cannot be simulated, or the refinement is unknown; or if a
        consensus is requested without refinement.
    """

    def __init__(self, model: OrientationModel, refine: str | None = None, consensus: bool = False):
        if consensus and refine is None:
            raise KerasStemError("Expected a refinement, between whose orientations a consensus decides.")
        self._model = model
        self._refine = refine
        self._verifier = verifier_of(model.card, refine, keep_candidates=consensus)

    def __call__(self, patterns: np.ndarray) -> Answers:
        """Return the results for patterns in counts, shape (n, H, W)."""
        predictions, verified = predict_block(self._model, patterns), None
        if self._verifier is not None:
            verified = self._verifier.verify(patterns, predictions)
        if verified is None:
            return Answers(predictions.euler, known_of(self._model.card, predictions, None))
        if self._refine:
            return Answers(verified.euler, known_of_refined(verified), verified.candidates)
        return Answers(predictions.euler, known_of(self._model.card, predictions, verified))

    def refinement(self, source: PatternSource) -> PatternRefinement:
        """Return the refinement of orientations by the patterns of a source."""
        assert self._verifier is not None
        return self._verifier.refinement(source.read)

    def agree(
        self,
        answers: Answers,
        source: PatternSource,
        shape: tuple[int, int],
        to_phase: Rotation,
        progress: Progress = lambda done, total: None,
    ) -> Answers:
        """Return the answers of the consensus of all positions of a scan.

        Positions without candidates keep their answers.

        Parameters
        ----------
        answers
            Refined answers with their candidates.
        source
            Source from which patterns are read once more.
        shape
            Rows and columns of the scan.
        to_phase
            Rotation from the crystal axes of the model to those that alternatives refer to.
        progress
            As for `keras_stem.consensus.consensus.reach_consensus`.
        """
        assert answers.candidates is not None  # as the constructor required
        candidates = replace(answers.candidates, shape=shape)
        found = reach_consensus(candidates, self.refinement(source), progress=progress)
        properties = properties_of(found, candidates.disks, to_phase)
        properties["reliability"] = reliability(properties["uncertainty"])
        properties["agreement"] = np.minimum(100 * found.correlation, 100)
        matrices = Rotation(found.quaternions).to_matrix()
        euler = fundamental_euler(matrices, proper_point_group(candidates.phases[0]))[0]
        return Answers(np.where((found.phase == NONE)[:, None], answers.euler, euler), properties)


def known_of(
    card: ModelCard, predictions: Predictions, verified: VerifiedAnswers | None
) -> dict[str, np.ndarray]:
    """Return the properties of predicted orientations, as described in `Answers`.

    Parameters
    ----------
    card
        Model card.
    predictions, verified
        Predictions for n patterns, and their verification.
    """
    found, known = {}, evidence(predictions, verified)
    if known is not None and card.calibration is not None:
        found = _bounds(*UncertaintyCalibration(**card.calibration).bounds(known))
    if verified is not None:
        found["agreement"] = np.minimum(verified.agreement, 100)
    novelty = novelty_of(card)
    if novelty is not None and novelty.tells:
        found["out_of_distribution"] = novelty.out_of_distribution(predictions, verified).astype(np.uint8)
    return found


def known_of_refined(verified: VerifiedAnswers) -> dict[str, np.ndarray]:
    """Return the properties of refined orientations, as described in `Answers`.

    They do not depend on the model, but on the patterns and the crystal alone.

    Parameters
    ----------
    verified
        Refined orientations.
    """
    marked = unexplained(verified.agreement, verified.disks)
    found = {} if verified.evidence is None else _bounds(*error_bounds(verified.evidence, marked))
    agreement = np.minimum(verified.agreement, 100)
    return {**found, "agreement": agreement, "out_of_distribution": marked.astype(np.uint8)}


def novelty_of(card: ModelCard) -> NoveltyThresholds | None:
    """Return the novelty thresholds of a model; None if unknown."""
    return None if card.novelty is None else NoveltyThresholds(**card.novelty)


def _bounds(bound_68: np.ndarray, bound_95: np.ndarray) -> dict[str, np.ndarray]:
    return {"uncertainty": bound_68, "uncertainty_95": bound_95, "reliability": reliability(bound_68)}
