"""Patterns of one of two crystals; an answer of the wrong one is wrong."""

from dataclasses import dataclass, replace

import numpy as np

from judge.physics import Physics
from judge.test_set import Patterns, TestSet


@dataclass(frozen=True)
class PhasesSet(TestSet):
    """Patterns of two crystals in turn.

    Parameters
    ----------
    second
        What the second crystal's patterns have.
    """

    second: Physics = Physics("keras_stem", "silicon")  # noqa: RUF009 - it is frozen

    @property
    def crystals(self) -> tuple[str, str]:
        """Names of both crystals."""
        return self.physics.crystal, self.second.crystal

    @property
    def has_ceiling(self) -> bool:
        """Whether `judge.oracle` knows the physics; it compares orientations of one crystal."""
        return False

    def make(self, count: int, seed: int) -> Patterns:
        """Return the patterns of both crystals in turn."""
        first = TestSet(f"{self.name}-1", self.physics, self.dose, self.pixels, self.most)
        parts = [one.make(count, seed) for one in (first, replace(first, physics=self.second))]
        phase = np.arange(count) % 2
        counts, matrices = (
            np.where(
                (phase == 0).reshape(-1, *[1] * (getattr(parts[0], name).ndim - 1)),
                *(getattr(part, name) for part in parts),
            )
            for name in ("counts", "matrices")
        )
        return Patterns(counts, matrices, phase)


SETS = (
    PhasesSet(
        "oxide-or-silicon",
        Physics("quantem", "layered_oxide", 50.0),
        second=Physics("quantem", "silicon", 50.0),
        changed="or silicon of the same thickness; the crystal is to be found, too",
        standard=True,
    ),
)
