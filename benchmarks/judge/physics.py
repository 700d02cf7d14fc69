"""Spots of the test sets, computed by one of several programs."""

from dataclasses import dataclass

import numpy as np

from judge import crystals
from judge.environments import run_program
from keras_stem.instrument.beam import Beam, wave_number
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.simulate.kinematic import reflections, spots_of

ENERGY = 300.0
"""Energy of the beam (kV)."""

CONVERGENCE = 1.6
"""Semi-angle of convergence, that of the paper (mrad)."""

REACH = 1.6
"""Distance from the direct beam to the edges of the detector (1/Å)."""

SHAPE_FACTOR = 0.02
"""Standard deviation of the Gaussian shape factor of kinematic patterns (1/Å)."""


@dataclass(frozen=True)
class Spots:
    """Spots of m patterns.

    Parameters
    ----------
    positions
        x and y of the spots of all patterns, one pattern after the other, shape (k, 2) (1/Å, y up).
    intensities
        Their intensities, shape (k,); of dynamical ones fractions of the incident beam.
    counts
        Number of spots of each pattern, shape (m,).
    direct
        Intensity of the direct beam, shape (m,); NaN for kinematic patterns, where it is not defined.
    """

    positions: np.ndarray
    intensities: np.ndarray
    counts: np.ndarray
    direct: np.ndarray

    def pattern(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions and the intensities of the spots of one pattern."""
        last = int(self.counts[: number + 1].sum())
        part = slice(last - int(self.counts[number]), last)
        return self.positions[part], self.intensities[part]


@dataclass(frozen=True)
class Physics:
    """What spots the patterns of a test set have.

    Parameters
    ----------
    program
        Program that computes positions and intensities: "keras_stem", "py4DSTEM" or "quantem".
    crystal
        Name of the crystal, as in `judge.crystals`.
    thickness
        Thickness of the crystal (nm); 0 for kinematic intensities.
    precession_angle
        Precession angle (degrees).
    """

    program: str
    crystal: str
    thickness: float = 0.0
    precession_angle: float = 0.6

    def instrument(self, pixels: int) -> Instrument:
        """Return the instrument with a detector of a number of pixels along each side."""
        beam = Beam(ENERGY, CONVERGENCE, self.precession_angle)
        return Instrument(Detector((pixels, pixels), 2 * REACH / pixels), beam)

    def spots(self, matrices: np.ndarray, keep: bool = True) -> Spots:
        """Return the spots of patterns.

        Parameters
        ----------
        matrices
            Orientations, lab to crystal, shape (m, 3, 3).
        keep
            Whether the result of another program is kept for the next run.
        """
        if self.program == "keras_stem":
            return _own_spots(self, matrices)
        given = {
            **crystals.arrays(self.crystal),
            "matrices": matrices,
            "thickness": np.array(10 * self.thickness),
            "precession_angle": np.array(self.precession_angle),
            "beam_energy": np.array(ENERGY),
            "radius": np.array(np.sqrt(2) * REACH),
            "shape_factor": np.array(SHAPE_FACTOR),
        }
        made = run_program(self.program, f"{self.program.lower()}_spots", given, keep).made
        return Spots(made["spots"][:, :2], made["spots"][:, 2], made["counts"], made["direct"])


def _own_spots(physics: Physics, matrices: np.ndarray) -> Spots:
    """Return kinematic spots of keras_stem."""
    radius = np.sqrt(2) * REACH
    known = reflections(crystals.phase(physics.crystal), radius)
    precession = np.deg2rad(physics.precession_angle)
    found = [
        np.column_stack(
            spots_of(
                known.vectors, known.strengths, matrix, wave_number(ENERGY), precession, SHAPE_FACTOR, radius
            )
        )
        for matrix in matrices
    ]
    every = np.concatenate(found) if found else np.zeros((0, 3))
    counts = np.array([len(one) for one in found], int)
    return Spots(every[:, :2], every[:, 2], counts, np.full(len(matrices), np.nan))
