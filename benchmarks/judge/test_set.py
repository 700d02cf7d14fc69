"""Test sets: patterns with their true orientations, and what they would be for other orientations."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from orix.quaternion.symmetry import Symmetry

from judge import crystals
from judge.drawing import draw, exposed
from judge.physics import Physics
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.instrument.instrument import Instrument


@dataclass(frozen=True)
class Patterns:
    """Patterns of a test set.

    Parameters
    ----------
    counts
        Shape (n, H, W), uint16.
    matrices
        True orientations, lab to crystal, shape (n, 3, 3); NaN where there is none.
    phase
        Index of the true crystal among those of the set, shape (n,); None if there is one crystal.
    """

    counts: np.ndarray
    matrices: np.ndarray
    phase: np.ndarray | None = None

    def first(self, count: int) -> "Patterns":
        """Return the first patterns."""
        phase = None if self.phase is None else self.phase[:count]
        return Patterns(self.counts[:count], self.matrices[:count], phase)


@dataclass(frozen=True)
class TestSet:
    """Patterns of random orientations of a crystal.

    Parameters
    ----------
    name
        Name in the table, such as "oxide-bloch-50nm".
    physics
        Crystal, and what the program computes: positions and intensities of the spots.
    dose
        Electrons per pattern.
    pixels
        Pixels along each side of the detector.
    most
        Largest number of patterns.
    change
        What happens to expected patterns (n, H, W) before their noise, such as a distortion.
    changed
        Statement of it for the table.
    standard
        Whether the standard run has the set; the others are asked for by name.
    """

    __test__ = False  # for pytest, which takes the class for tests

    name: str
    physics: Physics
    dose: float = 1e5
    pixels: int = 64
    most: int = 4000
    change: Callable[[np.ndarray], np.ndarray] | None = field(default=None, compare=False)
    changed: str = ""
    standard: bool = False

    @property
    def statement(self) -> str:
        """What the program computes and what is drawn, in one line."""
        physics = self.physics
        kind = f"Bloch waves, {physics.thickness:g} nm" if physics.thickness else "kinematic"
        precession = (
            f"{physics.precession_angle:g}° precession" if physics.precession_angle else "no precession"
        )
        parts = [physics.crystal.replace("_", " "), f"{kind} by {physics.program}", precession]
        parts += [f"{self.pixels} px", f"{self.dose:.0e} electrons".replace("e+0", "e")]
        return ", ".join([*parts, self.changed] if self.changed else parts)

    @property
    def crystal(self) -> str:
        """Name of the crystal, as in `judge.crystals`, that the methods are told."""
        return self.physics.crystal

    @property
    def crystals(self) -> tuple[str, ...]:
        """Names of all crystals that the methods are told."""
        return (self.crystal,)

    @property
    def answerable(self) -> bool:
        """Whether the patterns have a true orientation."""
        return True

    @property
    def needs_bounds(self) -> bool:
        """Whether the set tells nothing about methods that state no bounds of their errors."""
        return False

    @property
    def has_ceiling(self) -> bool:
        """Whether `judge.oracle` knows the physics of single patterns."""
        return self.answerable

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rows and columns of the scan whose positions the patterns are; None if they are no neighbours."""
        return None

    @property
    def instrument(self) -> Instrument:
        """Detector and beam, as the methods are told them."""
        return self.physics.instrument(self.pixels)

    @property
    def symmetry(self) -> Symmetry:
        """Proper point group of the first crystal."""
        return self.symmetries[0]

    @property
    def symmetries(self) -> tuple[Symmetry, ...]:
        """Proper point group of each crystal."""
        return tuple(proper_point_group(crystals.phase(name)) for name in self.crystals)

    def remark(self, matrices: np.ndarray) -> str:
        """Return what is said of orientations, shape (n, 3, 3), instead of scores; "" if they have scores."""
        return ""

    def expected(self, matrices: np.ndarray, keep: bool = True) -> np.ndarray:
        """Return the expected counts, shape (n, H, W), for orientations, shape (n, 3, 3).

        The spots of other programs are kept for the next run unless `keep` is False.
        """
        images = draw(self.physics.spots(matrices, keep), self.instrument, self.dose)
        return images if self.change is None else self.change(images)

    def make(self, count: int, seed: int) -> Patterns:
        """Return the patterns of random orientations.

        The first patterns of a larger number are those of a smaller one. Sets of one crystal share their
        orientations.

        Parameters
        ----------
        count
            Number of patterns, at most `most`.
        seed
            Seed of orientations and noise.
        """
        matrices = self.orientations(count, seed)
        return Patterns(exposed(self.expected(matrices), self.noise(seed)), matrices)

    def orientations(self, count: int, seed: int) -> np.ndarray:
        """Return random orientations, lab to crystal, shape (n, 3, 3), the same for all sets of a crystal."""
        crystal = zlib.crc32(self.physics.crystal.encode())
        return random_rotations(self.most, np.random.default_rng((seed, crystal))).to_matrix()[:count]

    def noise(self, seed: int) -> np.random.Generator:
        """Return the generator of all that is random but the orientations."""
        return np.random.default_rng((seed, zlib.crc32(self.name.encode())))
