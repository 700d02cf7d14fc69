"""Settings of the consensus."""

from dataclasses import dataclass

from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class Consensus:
    """Settings of the consensus, whose defaults were determined on simulated scans.

    Evidence is counted in disks, as `keras_stem.indexing.ranking.Solutions.evidence`.

    Parameters
    ----------
    temperature
        Evidence that makes a candidate e times as probable in belief propagation. It is larger than that of
        single patterns, because neighbours share a part of their errors.
    boundary
        Logarithm of how much less probable two neighbours of different orientations are than two of the
        same one.
    bend
        Disorientation at which neighbours have entirely different orientations (degrees).
    same
        Disorientation up to which neighbours belong to one grain, and candidates are one orientation
        (degrees).
    iterations
        Iterations of belief propagation, which are the positions that evidence travels.
    """

    temperature: float = 0.4
    boundary: float = 2.0
    bend: float = 2.0
    same: float = 5.0
    iterations: int = 30

    def __post_init__(self):
        for name in ("temperature", "boundary", "bend", "same", "iterations"):
            if not getattr(self, name) > 0:
                raise KerasStemError(f"Expected a {name} above 0, found {getattr(self, name):g}.")
