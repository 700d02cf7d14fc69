"""Dynamical patterns by multislice with frozen phonons."""

from dataclasses import dataclass

import numpy as np

from judge import crystals
from judge.drawing import DECAY, DIFFUSE
from judge.environments import run_program
from judge.physics import CONVERGENCE, ENERGY, Physics
from judge.test_set import TestSet
from keras_stem.errors import KerasStemError

_AT_ONCE = 20
"""Number of patterns of a call of the program, whose result is kept for the next run."""


@dataclass(frozen=True)
class MultisliceSet(TestSet):
    """Patterns of abTEM, which draws the disks itself; only background and noise are drawn here."""

    @property
    def has_ceiling(self) -> bool:
        """Whether `judge.oracle` knows the physics; the multislice is too slow for its candidates."""
        return False

    @property
    def statement(self) -> str:
        """What the program computes and what is drawn, in one line."""
        return (
            f"{self.crystal.replace('_', ' ')}, multislice with 4 frozen phonon configurations by abTEM, "
            f"{self.physics.thickness:g} nm, no precession, {self.pixels} px, 1e5 electrons"
        )

    def expected(self, matrices: np.ndarray, keep: bool = True) -> np.ndarray:
        """Return the expected counts, shape (n, H, W)."""
        detector = self.instrument.detector
        halo = np.exp(-detector.distances / DECAY)
        images = [
            self._images(first, matrices[first : first + _AT_ONCE], keep)
            for first in range(0, len(matrices), _AT_ONCE)
        ]
        disks = np.concatenate(images)
        return (self.dose * (DIFFUSE * halo / halo.sum() + (1 - DIFFUSE) * disks)).astype(np.float32)

    def _images(self, first: int, matrices: np.ndarray, keep: bool) -> np.ndarray:
        known = {
            "thickness": 10 * self.physics.thickness,
            "beam_energy": ENERGY,
            "convergence_angle": CONVERGENCE,
            "pixels": self.pixels,
            "pixel_size": self.instrument.detector.pixel_size,
            "seed": first,
        }
        arrays = {name: np.array(value) for name, value in known.items()}
        crystal = crystals.arrays(self.crystal)
        if (crystal["occupancy"] < 1).any():
            raise KerasStemError(
                f"{self.crystal} has partly occupied sites, which the script of abTEM fills."
            )
        given = {**crystal, "matrices": matrices, **arrays}
        return run_program("abTEM", "abtem_patterns", given, keep).made["images"]


SETS = (MultisliceSet("oxide-multislice-20nm-still", Physics("abTEM", "layered_oxide", 20.0, 0.0), most=400),)
