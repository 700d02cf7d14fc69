"""Infinite stream of simulated patterns of random orientations, for training without a labelled scan."""

from dataclasses import astuple, dataclass

import numpy as np
from orix.crystal_map import Phase

from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.scan.instrument import Instrument
from keras_stem.simulate.kinematic import expose, reflections

Range = tuple[float, float]


@dataclass(frozen=True)
class Nuisances:
    """Ranges of the nuisance parameters for domain randomisation.

    Parameters
    ----------
    excitation_error
        Excitation error (1/Å), about the inverse thickness of the sample.
    precession
        Precession angle relative to that of the instrument.
    disk
        Disk radius relative to that of the convergence angle.
    direct, diffuse
        Fractions of the electrons in the direct beam and in the diffuse background.
    halo
        Distance over which the diffuse background decays to 1/e (1/Å).
    dose
        Number of electrons per pattern, sampled log-uniformly.
    drift
        Offset of the direct beam along rows and along columns (pixels).
    scale
        True camera length relative to the calibrated camera length.
    share
        Fraction of the scattering from the dominant grain where two grains overlap.
    overlap
        Probability that a second grain contributes to a pattern.
    """

    excitation_error: Range = (0.015, 0.03)
    precession: Range = (0.9, 1.1)
    disk: Range = (0.85, 1.15)
    direct: Range = (0.2, 0.5)
    diffuse: Range = (0.15, 0.4)
    halo: Range = (0.15, 0.4)
    dose: Range = (3e4, 3e5)
    drift: Range = (-0.5, 0.5)
    scale: Range = (0.998, 1.002)
    share: Range = (0.5, 1.0)
    overlap: float = 0.6

    def __post_init__(self):
        ranges = [value for value in astuple(self) if isinstance(value, tuple)]
        if any(low > high for low, high in ranges):
            raise KerasStemError(f"Expected ranges from low to high, found {self}.")


class PatternStream:
    """Stream of simulated patterns of one phase in one instrument, in independent numbered batches.

    Parameters
    ----------
    phase
        Phase with a complete unit cell.
    instrument
        Detector and beam.
    nuisances
        Ranges of the nuisance parameters.
    seed
        Random seed of all batches; different seeds, or sequences of numbers, give independent streams.
    """

    def __init__(
        self, phase: Phase, instrument: Instrument, nuisances: Nuisances, seed: int | tuple[int, ...]
    ):
        detector = instrument.detector
        self._reflections = reflections(phase, detector.reciprocal_radius)
        self._instrument = instrument
        self._nuisances = nuisances
        self._seed = seed if isinstance(seed, tuple) else (seed,)
        self.shape = detector.shape

    def batch(self, number: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a batch of patterns and the orientations of their dominant grains.

        Parameters
        ----------
        number
            Number of the batch.
        size
            Number of patterns in the batch.

        Returns
        -------
        counts : numpy.ndarray
            Electron counts, shape (size, H, W), uint16.
        matrices : numpy.ndarray
            Orientation matrices, shape (size, 3, 3), lab to crystal, float32.
        """
        rng = np.random.default_rng((*self._seed, number))
        matrices = random_rotations(2 * size, rng).to_matrix().reshape(size, 2, 3, 3)
        drawn = self._nuisances
        shares = np.where(rng.uniform(size=size) < drawn.overlap, rng.uniform(*drawn.share, size), 1.0)
        counts = np.empty((size, *self.shape), np.uint16)
        expose(
            self._reflections.vectors,
            self._reflections.strengths,
            matrices,
            shares,
            self._conditions(size, rng),
            self._instrument.wave_number,
            self._instrument.pixel_size,
            int(rng.integers(2**31)),
            counts,
        )
        return counts, matrices[:, 0].astype(np.float32)

    def _conditions(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return random simulation parameters for `expose`, shape (size, 10)."""
        drawn = self._nuisances
        return np.stack(
            [
                rng.uniform(*drawn.excitation_error, size),
                np.deg2rad(self._instrument.precession_angle) * rng.uniform(*drawn.precession, size),
                np.maximum(self._instrument.disk_radius * rng.uniform(*drawn.disk, size), 0.5),
                rng.uniform(*drawn.direct, size),
                rng.uniform(*drawn.diffuse, size),
                rng.uniform(*drawn.halo, size) / self._instrument.pixel_size,
                np.exp(rng.uniform(*np.log(drawn.dose), size)),
                rng.uniform(*drawn.drift, size),
                rng.uniform(*drawn.drift, size),
                rng.uniform(*drawn.scale, size),
            ],
            axis=1,
        )
