"""Consensus of the candidates of a map."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from orix.quaternion import Rotation

from keras_stem.consensus.answers import ConsensusMap
from keras_stem.consensus.belief import beliefs
from keras_stem.consensus.candidates import CandidateMap
from keras_stem.consensus.decision import decide
from keras_stem.consensus.fragments import find_fragments
from keras_stem.consensus.joining import Joining
from keras_stem.consensus.ranking import ranked_candidates
from keras_stem.consensus.settings import Consensus
from keras_stem.consensus.trials import Progress, Refine, try_orientations
from keras_stem.crystal.rotations import from_matrices
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.spot_images import SpotFinder


def reach_consensus(
    candidates: CandidateMap,
    refine: Refine,
    settings: Consensus | None = None,
    progress: Progress = lambda done, total: None,
) -> ConsensusMap:
    """Return one answer for a map: neighbours decide between candidates that a pattern cannot tell apart.

    Parameters
    ----------
    candidates
        Candidates of all positions.
    refine
        Refinement of orientations by the patterns, such as a `PatternRefinement`.
    settings
        Settings of the consensus; None for the defaults.
    progress
        Function that is called with the number of positions whose patterns were compared, and of all that
        will be.
    """
    settings = settings or Consensus()
    believed = beliefs(candidates, settings)
    fragments = find_fragments(candidates, believed, settings)
    trials = try_orientations(candidates, fragments, refine, settings, progress)
    regions = Joining(fragments, trials, candidates.disks, candidates.symmetry, settings).regions()
    found = decide(candidates, believed, trials, regions, settings)
    return replace(found, ranked=ranked_candidates(candidates, believed, found, settings.same))


class PatternRefinement:
    """Refinement of orientations by the patterns of a map, which are read once more.

    Parameters
    ----------
    read
        Function that returns the patterns (m, H, W) at positions (m,), ascending.
    finder
        Finder of their disks.
    comparisons
        Comparison of patterns with each phase.
    """

    def __init__(
        self,
        read: Callable[[np.ndarray], np.ndarray],
        finder: SpotFinder,
        comparisons: Sequence[SpotComparison],
    ):
        self._read, self._finder, self._comparisons = read, finder, comparisons

    def __call__(
        self, positions: np.ndarray, quaternions: np.ndarray, phase: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return refined orientations (m, k, 4) and their correlations (m, k), as of `Refine`."""
        images = self._finder(self._read(positions))
        found, correlation = quaternions.copy(), np.zeros(phase.shape)
        for number, comparison in enumerate(self._comparisons):
            own = phase == number
            if not own.any():
                continue
            unit = np.where(own[..., None], quaternions, [1.0, 0, 0, 0])
            matrices = Rotation(unit.reshape(-1, 4)).to_matrix().reshape(*phase.shape, 3, 3)
            starts = np.where(own[..., None, None], matrices, 0.0)  # zeros have no spots and take no time
            refined = np.where(own[..., None, None], comparison.refined(images, starts), np.eye(3))
            correlation[own] = comparison.correlation(images, refined)[own]
            found[own] = from_matrices(refined[own]).data
        return found, correlation
