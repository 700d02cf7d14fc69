"""Template matching of a scan, block by block, in this process or by the workers of a cluster."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.block_store import BlockStore, blocks_of
from keras_stem.consensus.candidates import CandidateMap, candidate_map
from keras_stem.consensus.consensus import PatternRefinement
from keras_stem.crystal.phase import fingerprint
from keras_stem.indexing.matching import Candidates, Matcher
from keras_stem.indexing.ranking import Solutions, rank
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.instrument.detector import Detector
from keras_stem.scan.read_once import read_patterns, require_same
from keras_stem.scan.scan import Scan

if TYPE_CHECKING:
    from distributed import Client

BLOCK_PATTERNS, BLOCK_PIXELS = 512, 2**25
"""Largest number of patterns and of their pixels per block; the results of each block are saved to disk."""

_METHOD = "visibility, disks"
"""Name of the way of matching, whose blocks are not those of another version's."""

_SOLUTIONS = ("phase_id", "q", "r", "evidence", "disks")
_CANDIDATES = ("quaternions", "phase", "correlation")


@dataclass(frozen=True)
class MatchTask:
    """Template matching of a scan file.

    Parameters
    ----------
    path
        Path of the scan, as the workers see it.
    fingerprint
        Fingerprint of its patterns.
    phases
        The phases.
    settings
        Complete settings.
    with_candidates
        Whether the candidates of each pattern are returned, too.
    """

    path: str
    fingerprint: str
    phases: Sequence[Phase]
    settings: Matching
    with_candidates: bool

    def ready(self) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
        """Return the function that matches a block of positions."""
        with Scan(self.path) as scan:
            require_same(scan, self.fingerprint)
            return BlockMatcher(self, scan.info.detector, functools.partial(read_patterns, self.path))


class BlockMatcher:
    """Template matching of positions of a scan; the templates are computed at the first use.

    Parameters
    ----------
    task
        Phases and settings.
    detector
        Detector of the scan.
    read
        Function that returns the patterns (n, H, W) at positions (n,).
    """

    def __init__(self, task: MatchTask, detector: Detector, read: Callable[[np.ndarray], np.ndarray]):
        self._task, self._detector, self._read = task, detector, read
        self._finder = SpotFinder(detector, task.settings)

    def __call__(self, positions: np.ndarray) -> dict[str, np.ndarray]:
        """Return the arrays of the solutions of a block, and of its candidates if they are wanted."""
        task, found = self._task, self._match(positions)
        solutions = rank(found, task.phases, task.settings.runner_up, task.settings.best)
        arrays = {name: getattr(solutions, name) for name in _SOLUTIONS}
        arrays["rotations"] = solutions.rotations.data
        if task.with_candidates:
            candidates = candidate_map((1, len(positions)), task.phases, found)
            arrays |= {name: getattr(candidates, name) for name in _CANDIDATES}
        return arrays

    def refinement(self) -> PatternRefinement:
        """Return the refinement of orientations by the patterns of the scan."""
        comparisons = [matcher.comparison for matcher in self._matchers]
        return PatternRefinement(self._read, self._finder, comparisons)

    @cached_property
    def _matchers(self) -> list[Matcher]:
        return [Matcher(phase, self._detector, self._task.settings) for phase in self._task.phases]

    def _match(self, positions: np.ndarray) -> list[Candidates]:
        images = self._finder(self._read(positions))
        return [matcher.match(images) for matcher in self._matchers]


class MatchedBlocks:
    """Solutions of the blocks of a scan, which are kept on disk until a whole scan is matched.

    Parameters
    ----------
    scan
        Open scan.
    phases
        The phases.
    settings
        Complete settings.
    with_candidates
        Whether the candidates of each pattern are kept, too.
    client
        Client of the cluster whose workers match; None for this process.
    """

    def __init__(
        self,
        scan: Scan,
        phases: Sequence[Phase],
        settings: Matching,
        with_candidates: bool,
        client: "Client | None" = None,
    ):
        path = str(scan.path.resolve())
        self._task = MatchTask(path, scan.pattern_fingerprint, phases, settings, with_candidates)
        self._matcher = BlockMatcher(self._task, scan.info.detector, scan.read)
        self._shape, self._client = scan.info.shape, client
        known = [fingerprint(phase) for phase in phases]
        key = [_METHOD, asdict(settings), known, path, with_candidates, scan.pattern_fingerprint]
        size = max(1, min(BLOCK_PATTERNS, BLOCK_PIXELS // int(np.prod(scan.info.detector.shape))))
        self._store = BlockStore("matching", key, blocks_of(len(scan), size))

    def match(self, progress: Callable[[int], None]) -> None:
        """Match the blocks that are not kept yet; tell the number of patterns of each block."""
        missing, blocks = self._store.missing, self._store.blocks
        progress(sum(map(len, blocks)) - sum(len(blocks[number]) for number in missing))
        wanted = [blocks[number] for number in missing]
        for number, arrays in zip(missing, self._results(wanted), strict=True):
            self._store.keep(number, arrays)
            progress(len(blocks[number]))

    def _results(self, wanted: list[np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
        if self._client is None:
            return map(self._matcher, wanted)
        from keras_stem.cluster.blocks import results_of

        return results_of(self._client, self._task, wanted)

    def results(self) -> tuple[Solutions, CandidateMap | None]:
        """Return the solutions of the whole scan, and its candidates if they are kept."""
        arrays = self._store.joined()
        solutions = Solutions(Rotation(arrays["rotations"]), **{name: arrays[name] for name in _SOLUTIONS})
        if not self._task.with_candidates:
            return solutions, None
        candidates = {name: arrays[name] for name in (*_CANDIDATES, "disks")}
        return solutions, CandidateMap(self._shape, self._task.phases, **candidates)

    def refinement(self) -> PatternRefinement:
        """Return the refinement of orientations by the patterns of the scan."""
        return self._matcher.refinement()

    def forget(self) -> None:
        """Delete the blocks."""
        self._store.forget()
