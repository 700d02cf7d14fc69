"""Patterns without an answer: vacuum, rings of an amorphous sample, another crystal."""

from dataclasses import dataclass

import numpy as np

from judge.drawing import draw
from judge.physics import Physics, Spots
from judge.test_set import Patterns, TestSet, exposed

TOLD = Physics("keras_stem", "layered_oxide")
"""What the methods are told."""

RINGS = ((0.35, 0.06), (0.62, 0.08), (1.05, 0.12))
"""Radii and widths of the amorphous rings (1/Å)."""


@dataclass(frozen=True)
class StrangerSet(TestSet):
    """Patterns for which every stated orientation is wrong.

    Parameters
    ----------
    kind
        "vacuum", "amorphous", or the name of the crystal that is drawn.
    """

    kind: str = "vacuum"

    @property
    def answerable(self) -> bool:
        """Whether the patterns have a true orientation."""
        return False

    @property
    def needs_bounds(self) -> bool:
        """Whether the set tells nothing about methods that state no bounds of their errors."""
        return True

    def make(self, count: int, seed: int) -> Patterns:
        """Return patterns whose orientations are NaN."""
        rng = self.noise(seed)
        if self.kind in ("vacuum", "amorphous"):
            expected = np.repeat(self._without_spots(), count, axis=0)
        else:
            other = TestSet(self.name, Physics("quantem", self.kind, 50.0), self.dose, self.pixels, self.most)
            expected = other.expected(other.orientations(count, seed))
        return Patterns(exposed(expected, rng), np.full((count, 3, 3), np.nan))

    def _without_spots(self) -> np.ndarray:
        none = Spots(np.zeros((0, 2)), np.zeros(0), np.array([0]), np.array([1.0]))
        image = draw(none, self.instrument, self.dose)
        if self.kind == "vacuum":
            return image
        distances = self.instrument.detector.distances
        rings = sum(np.exp(-(((distances - radius) / width) ** 2)) for radius, width in RINGS)
        return 0.7 * image + 0.3 * self.dose * rings / rings.sum()


SETS = (
    *(
        StrangerSet(name, TOLD, kind=kind, changed=changed, standard=True)
        for name, kind, changed in (
            ("vacuum", "vacuum", "but there is vacuum"),
            ("amorphous", "amorphous", "but there are three rings of an amorphous sample"),
            ("oxide-is-silicon", "silicon", "but it is silicon (Bloch waves, 50 nm)"),
        )
    ),
)
