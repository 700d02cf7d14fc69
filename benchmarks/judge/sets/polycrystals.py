"""Scans of bent, overlapping grains, as `judge.consensus` takes them."""

from dataclasses import dataclass

import numpy as np

from judge.drawing import exposed
from judge.physics import Physics
from judge.test_set import TestSet
from keras_stem.simulate.microstructure import Polycrystal, Truth, grow

SHAPE, GRAINS = (100, 100), 120


@dataclass(frozen=True)
class Polycrystals(TestSet):
    """Scans of a polycrystal, one for each seed."""

    def scan(self, seed: int) -> tuple[np.ndarray, Truth]:
        """Return the patterns of a scan, shape (n, H, W), uint16, and its truth."""
        rng = self.noise(seed)
        truth = grow(Polycrystal(SHAPE, GRAINS, spread=2.0, overlap=0.5, vacuum=0.0), rng)
        images = np.zeros((SHAPE[0] * SHAPE[1], self.pixels, self.pixels), np.float32)
        for grain in (truth.dominant, truth.second):
            there = np.flatnonzero(grain.weight)
            expected = self.expected(grain.rotations[there].to_matrix(), keep=False)
            images[there] += np.asarray(grain.weight)[there, None, None] * expected
        return exposed(images, rng), truth


POLYCRYSTALS = {
    f"{short}-{kind}-polycrystal": Polycrystals(f"{short}-{kind}-polycrystal", physics)
    for short, crystal in (("oxide", "layered_oxide"), ("copper", "copper"))
    for kind, physics in (
        ("kinematic", Physics("keras_stem", crystal)),
        ("bloch", Physics("quantem", crystal, 50.0)),
    )
}

SETS = ()  # whole scans, which the commands about single patterns do not take
