"""Verification of predicted orientations by the spots expected for them, and their refinement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase

from keras_stem.choices import REFINEMENTS
from keras_stem.consensus.candidates import CandidateMap, candidate_map
from keras_stem.consensus.consensus import PatternRefinement
from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.euler import fundamental_euler
from keras_stem.crystal.rotations import from_matrices, matrices_of_euler
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.heads.votes import DISTINCT
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.distinct import distinct
from keras_stem.indexing.matching import Candidates, Matcher
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder, SpotImages
from keras_stem.inference.blocks import map_blocks
from keras_stem.inference.predictions import Predictions
from keras_stem.instrument.instrument import Instrument
from keras_stem.models.card import ModelCard
from keras_stem.pipeline.source import PatternSource

_SETTINGS = {None: Matching(), "quick": Matching(resolution=3.0, refine=6), "thorough": Matching()}
"""Settings of the comparison, and of the template matching whose solutions are candidates, too."""

_APART = np.deg2rad(3.0)
"""Disorientation below which candidates reach the same maximum (radians)."""

_KEPT = 12
"""Number of refined orientations of each pattern that are kept as candidates of a consensus."""

_PIXELS = 2**24
"""Number of pixels of the patterns that are compared at once."""


@dataclass(frozen=True)
class VerifiedAnswers:
    """Orientations and their agreement with the patterns.

    Parameters
    ----------
    euler
        Bunge Euler angles in radians, shape (n, 3): predicted, or refined.
    agreement
        100 times the correlation of pattern and expected spots, which exceeds 100 where disks overlap, shape
        (n,).
    runner_up_agreement
        Agreement of the best distinct alternative orientation, shape (n,); 0 if all candidates coincide with
        the best one. None if there is only one candidate per pattern.
    disks
        Number of disks that are seen in each pattern, those of a low visibility counted in part, shape (n,).
    candidates
        The refined orientations of the best agreement; None if they are not kept.
    """

    euler: np.ndarray
    agreement: np.ndarray
    runner_up_agreement: np.ndarray | None
    disks: np.ndarray
    candidates: CandidateMap | None = None

    @property
    def evidence(self) -> np.ndarray | None:
        """How many more of the disks the orientation explains than its best alternative, shape (n,).

        It is that of `keras_stem.indexing.ranking.Solutions`, and negative where the alternative is better.
        None without alternatives.
        """
        if self.runner_up_agreement is None:
            return None
        return self.disks * (self.agreement**2 - self.runner_up_agreement**2) / 100**2

    @classmethod
    def joined(cls, parts: Sequence["VerifiedAnswers"]) -> "VerifiedAnswers":
        """Concatenate the results of several blocks."""
        lone = parts[0].runner_up_agreement is None
        kept = [part.candidates for part in parts if part.candidates is not None]
        return cls(
            np.concatenate([part.euler for part in parts]),
            np.concatenate([part.agreement for part in parts]),
            None if lone else np.concatenate([part.runner_up_agreement for part in parts]),
            np.concatenate([part.disks for part in parts]),
            CandidateMap.joined(kept) if kept else None,
        )


class Verifier:
    """Comparison of patterns with the spots expected for orientations.

    Parameters
    ----------
    phase
        Phase with its full unit cell.
    instrument
        Detector and beam of the patterns.
    refine
        "thorough": the prediction and its runners-up, each also rotated by 180 degrees about the beam, and
        the best solutions of template matching are refined, and that of the best agreement is returned.
        "quick": likewise, with coarser templates and fewer solutions. None: the predictions are not refined.
    keep_candidates
        Whether the best refined orientations of each pattern are returned, too.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated, or its disks are as large as the detector; with a refinement, also
        if it has no spots on the detector.
    """

    def __init__(
        self,
        phase: Phase,
        instrument: Instrument,
        refine: str | None = None,
        keep_candidates: bool = False,
    ):
        detector = instrument.detector
        settings = _SETTINGS[refine].for_instrument(instrument)
        self._phase, self._symmetry = phase, proper_point_group(phase)
        self._keep = keep_candidates
        self._distinct = np.deg2rad(settings.runner_up) if refine else DISTINCT
        self._finder = SpotFinder(detector, settings)
        self._matcher = Matcher(phase, detector, settings) if refine else None
        own = self._matcher and self._matcher.comparison
        self._comparison = own or SpotComparison(phase, detector, settings)

    def verify(self, patterns: np.ndarray, predictions: Predictions) -> VerifiedAnswers:
        """Compare patterns with the spots of their predicted orientations, and optionally refine these.

        Parameters
        ----------
        patterns
            Patterns in counts, shape (n, H, W).
        predictions
            Predictions for the patterns.
        """
        size = max(1, _PIXELS // patterns[0].size)
        parts = [slice(first, first + size) for first in range(0, len(patterns), size)]
        return VerifiedAnswers.joined([self._verified(patterns[part], predictions[part]) for part in parts])

    def _verified(self, patterns: np.ndarray, predictions: Predictions) -> VerifiedAnswers:
        """Return what `verify` does, for patterns that fit into memory at once."""
        images = self._finder(patterns)
        candidates, agreements = self._candidates(images, predictions)
        refined = self._matcher is not None
        best = agreements.argmax(axis=1) if refined else np.zeros(len(patterns), int)
        rows = np.arange(len(best))
        answers = candidates[rows, best]
        euler = fundamental_euler(answers, self._symmetry)[0] if refined else predictions.euler
        others = self._runner_up_agreement(candidates, agreements, answers)
        lone = candidates.shape[1] == 1
        return VerifiedAnswers(
            euler,
            agreements[rows, best],
            None if lone else others,
            images.disks,
            self._kept(candidates, agreements, images.disks) if self._keep else None,
        )

    def _kept(self, candidates: np.ndarray, agreements: np.ndarray, disks: np.ndarray) -> CandidateMap:
        """Return the best refined orientations."""
        order = np.argsort(-agreements, axis=1, kind="stable")[:, :_KEPT]
        matrices = np.take_along_axis(candidates, order[..., None, None], axis=1)
        found = Candidates(matrices, np.take_along_axis(agreements, order, axis=1) / 100, disks)
        return candidate_map((1, len(disks)), [self._phase], [found])

    def refinement(self, read: Callable[[np.ndarray], np.ndarray]) -> PatternRefinement:
        """Return the refinement by patterns that a function of their positions reads."""
        return PatternRefinement(read, self._finder, [self._comparison])

    def _candidates(self, images: SpotImages, predictions: Predictions) -> tuple[np.ndarray, np.ndarray]:
        """Return orientation matrices, (n, k, 3, 3), lab to crystal, and their agreement, (n, k).

        Without refinement, the first is the prediction.
        """
        found = _predicted(predictions)
        if self._matcher is None:
            return found, self._agreement(images, found)
        turned, of_bank = found @ BEAM_TWOFOLD.to_matrix()[0], self._matcher.solutions(images)[0]
        found = np.concatenate([found, turned, of_bank], axis=1)
        operations = self._symmetry.to_matrix().reshape(-1, 3, 3)
        initial = self._agreement(images, found)
        places = distinct(found, initial, operations, _APART, found.shape[1])
        found = np.take_along_axis(found, np.maximum(places, 0)[..., None, None], axis=1)
        absent = (places < 0)[..., None, None]
        starts = np.where(absent, 0.0, found)  # a matrix of zeros has no spots and hardly takes time
        found = np.where(absent, found, self._comparison.refined(images, starts))
        return found, np.where(places >= 0, self._agreement(images, found), 0)

    def _agreement(self, images: SpotImages, candidates: np.ndarray) -> np.ndarray:
        """Return the agreement of patterns with orientations, (n, k)."""
        return 100 * self._comparison.correlation(images, candidates)

    def _runner_up_agreement(
        self, candidates: np.ndarray, agreements: np.ndarray, answers: np.ndarray
    ) -> np.ndarray:
        """Return the best agreement of candidates that are distinct from the answers, or 0."""
        count = candidates.shape[1]
        repeated = from_matrices(np.repeat(answers, count, axis=0))
        apart = disorientation(from_matrices(candidates.reshape(-1, 3, 3)), repeated, self._symmetry)
        return np.where(apart.reshape(-1, count) > self._distinct, agreements, 0.0).max(axis=1)


def verifier_of(card: ModelCard, refine: str | None = None, keep_candidates: bool = False) -> Verifier | None:
    """Return the verifier of a model, or None if its phase cannot be compared with patterns.

    Parameters
    ----------
    card
        Model card.
    refine, keep_candidates
        As for `Verifier`.

    Raises
    ------
    KerasStemError
        If refinement is requested and impossible, as for `Verifier`, or the refinement is unknown.
    """
    if refine is not None and refine not in REFINEMENTS:
        raise KerasStemError(
            f"Expected the refinement to be one of {', '.join(REFINEMENTS)}, found {refine!r}."
        )
    phase = card.load_phase()
    try:
        return Verifier(phase, card.instrument, refine, keep_candidates)
    except KerasStemError:
        if refine:
            raise
        return None


def verify(
    card: ModelCard,
    source: PatternSource,
    positions: np.ndarray,
    predictions: Predictions,
    refine: str | None = None,
    verbose: bool = False,
) -> VerifiedAnswers | None:
    """Verify the predictions of a model for positions of a source, block by block.

    Parameters
    ----------
    card
        Model card.
    source
        Source from which the patterns are read.
    positions
        Positions in the source, ascending, shape (n,).
    predictions
        Predictions for the positions.
    refine
        Refinement, as for `Verifier`; None disables it.
    verbose
        Whether to show progress.

    Returns
    -------
    VerifiedAnswers
        Verified orientations; None if the phase cannot be compared with patterns.

    Raises
    ------
    KerasStemError
        Under the same conditions as in `verifier_of`.
    """
    verifier = verifier_of(card, refine)
    if verifier is None:
        return None

    def step(block: slice, patterns: np.ndarray) -> VerifiedAnswers:
        return verifier.verify(patterns, predictions[block])

    what = "Refining" if refine else "Verifying"
    return VerifiedAnswers.joined(map_blocks(step, source, positions, what, verbose))


def _predicted(predictions: Predictions) -> np.ndarray:
    """Return the orientations of a model, (n, k, 3, 3), lab to crystal; its prediction is the first."""
    answers = predictions.euler[:, None]
    if predictions.runners_up is not None:
        answers = np.concatenate([answers, predictions.runners_up], axis=1)
    return matrices_of_euler(answers)
