"""Joining of fragments that one orientation explains."""

import heapq
from dataclasses import dataclass

import numpy as np

from keras_stem.consensus.angles import angles
from keras_stem.consensus.candidates import explained_disks
from keras_stem.consensus.fragments import Fragments
from keras_stem.consensus.settings import Consensus
from keras_stem.consensus.trials import Trials

_EDGES = 15
"""Largest number of neighbours of two fragments that are looked at."""


@dataclass
class Region:
    """Fragments of one grain.

    Parameters
    ----------
    fragments
        Numbers of the fragments.
    size
        Number of positions.
    orientations
        Orientations of the region: the number of a trial for each of its fragments.
    evidence
        Evidence for each orientation, of all positions together, shape (h,).
    """

    fragments: list[int]
    size: int
    orientations: list[dict[int, int]]
    evidence: np.ndarray

    @property
    def best(self) -> int:
        """Number of the orientation of the largest evidence."""
        return int(np.argmax(self.evidence))


class Joining:
    """Fragments of a map that are joined, the pairs first that lose least.

    A fragment may have another orientation than its grain, because its positions share an error. Two adjacent
    fragments are joined if they lose less evidence by one orientation than their boundary is worth in belief
    propagation.

    Parameters
    ----------
    fragments, trials
        Fragments, and the orientations that they were refined to.
    disks
        Number of disks that are seen in each pattern, shape (n,).
    symmetry
        Point groups, as of a `keras_stem.consensus.candidates.CandidateMap`.
    settings
        Settings of the consensus.
    """

    def __init__(
        self,
        fragments: Fragments,
        trials: list[Trials],
        disks: np.ndarray,
        symmetry: tuple[np.ndarray, np.ndarray],
        settings: Consensus,
    ):
        self._trials, self._settings = trials, settings
        self._symmetry = symmetry
        self._borders = fragments.borders
        self._continue: dict[tuple[int, int], np.ndarray] = {}
        self._of = list(range(len(trials)))
        self._versions = [0] * len(trials)
        self._adjacent: list[set[int]] = [set() for _ in trials]
        for first, second in self._borders:
            self._adjacent[first].add(second)
            self._adjacent[second].add(first)
        self._regions = {number: _alone(number, one, disks) for number, one in enumerate(trials)}

    def regions(self) -> list[Region]:
        """Return the regions after all joins."""
        queue: list[tuple] = []
        for first, second in self._borders:
            self._propose(queue, first, second)
        while queue:
            _, first, second, versions, joined = heapq.heappop(queue)
            if versions == (self._versions[first], self._versions[second]):
                self._join(first, second, joined)
                beside = {self._of[other] for one in joined.fragments for other in self._adjacent[one]}
                for other in sorted(beside - {first}):
                    self._propose(queue, *sorted((first, other)))
        return list(self._regions.values())

    def _join(self, first: int, second: int, joined: Region) -> None:
        self._regions[first] = joined
        del self._regions[second]
        for one in joined.fragments:
            self._of[one] = first
        self._versions[first] += 1
        self._versions[second] += 1

    def _propose(self, queue: list[tuple], first: int, second: int) -> None:
        """Add a join to the queue if neither region loses too much by it."""
        one, other = self._regions[first], self._regions[second]
        pairs = self._common(one, other)
        if not len(pairs):
            return
        evidence = np.stack([one.evidence[pairs[:, 0]], other.evidence[pairs[:, 1]]], axis=1)
        total = evidence.sum(axis=1)
        lost = float(one.evidence.max() + other.evidence.max() - total.max()) / self._gain(one, other)
        if lost <= 1:
            orientations = [{**one.orientations[a], **other.orientations[b]} for a, b in pairs]
            joined = Region(one.fragments + other.fragments, one.size + other.size, orientations, total)
            versions = self._versions[first], self._versions[second]
            heapq.heappush(queue, (lost, first, second, versions, joined))

    def _gain(self, one: Region, other: Region) -> float:
        """Return the evidence that outweighs the boundary of two regions."""
        neighbours = sum(len(self._borders[min(pair), max(pair)]) for pair in self._links(one, other))
        return self._settings.temperature * self._settings.boundary * neighbours

    def _links(self, one: Region, other: Region) -> list[tuple[int, int]]:
        """Return the pairs of adjacent fragments of two regions."""
        inside = set(other.fragments)
        return [(a, b) for a in one.fragments for b in sorted(self._adjacent[a] & inside)]

    def _common(self, one: Region, other: Region) -> np.ndarray:
        """Return the pairs of orientations of two regions that continue each other, shape (m, 2)."""
        links = self._links(one, other)
        votes = np.zeros((len(one.orientations), len(other.orientations)))
        for a, b in links:
            continued = self._continued(a, b)
            votes += continued[np.ix_([x[a] for x in one.orientations], [y[b] for y in other.orientations])]
        return np.argwhere(votes > len(links) / 2)

    def _continued(self, first: int, second: int) -> np.ndarray:
        """Return whether orientations of two adjacent fragments continue each other, shape (h, h')."""
        if first > second:
            return self._continued(second, first).T
        if (first, second) not in self._continue:
            pairs = self._borders[first, second]
            if len(pairs) > _EDGES:
                pairs = pairs[np.linspace(0, len(pairs) - 1, _EDGES).astype(int)]
            self._continue[first, second] = self._alike(first, second, pairs)
        return self._continue[first, second]

    def _alike(self, first: int, second: int, pairs: np.ndarray) -> np.ndarray:
        """Return whether orientations are alike at most of the given neighbours, shape (h, h')."""
        one, other = self._trials[first], self._trials[second]
        here, there = (
            trials.quaternions[np.searchsorted(trials.members, positions)]
            for trials, positions in ((one, pairs[:, 0]), (other, pairs[:, 1]))
        )
        shape = len(pairs), here.shape[1], there.shape[1]
        left = np.broadcast_to(here[:, :, None], (*shape, 4)).reshape(-1, 4)
        right = np.broadcast_to(there[:, None], (*shape, 4)).reshape(-1, 4)
        phase = np.broadcast_to(one.phase[:, None], shape).ravel()
        apart = angles(left, right, phase, *self._symmetry).reshape(shape)
        near = np.median(apart, axis=0) <= np.deg2rad(self._settings.same)
        return near & (one.phase[:, None] == other.phase)


def _alone(number: int, trials: Trials, disks: np.ndarray) -> Region:
    """Return the region of one fragment."""
    evidence = explained_disks(disks[trials.members, None], trials.correlation).sum(axis=0)
    return Region([number], len(trials.members), [{number: k} for k in range(len(trials.phase))], evidence)
