"""A scan of overlapping, slightly bent grains."""

from dataclasses import dataclass

import numpy as np

from judge.physics import Physics
from judge.test_set import Patterns, TestSet, exposed
from keras_stem.simulate.microstructure import Polycrystal, grow

SHAPE = (25, 40)


@dataclass(frozen=True)
class GrainsSet(TestSet):
    """Positions of a scan, each the weighted sum of two grains' patterns; the truth is the dominant one's."""

    @property
    def has_ceiling(self) -> bool:
        """Whether `judge.oracle` knows the physics of single patterns, which are sums here."""
        return False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the scan."""
        return SHAPE

    def make(self, count: int, seed: int) -> Patterns:
        """Return the first patterns of the scan, row by row."""
        rng = self.noise(seed)
        grains = Polycrystal(SHAPE, grains=24, spread=2.0, overlap=0.5, vacuum=0.0)
        truth = grow(grains, rng)
        images = 0.0
        for grain in (truth.dominant, truth.second):
            weights = np.asarray(grain.weight, float)[:count, None, None]
            images = images + weights * self.expected(grain.rotations.to_matrix()[:count])
        return Patterns(exposed(images, rng), truth.dominant.rotations.to_matrix()[:count])


SETS = tuple(
    GrainsSet(
        f"{short}-grains",
        Physics("quantem", crystal, 50.0),
        most=SHAPE[0] * SHAPE[1],
        changed="24 bent grains of 25 x 40 positions that overlap at their boundaries",
        standard=short == "oxide",
    )
    for short, crystal in (("oxide", "layered_oxide"), ("copper", "copper"))
)
