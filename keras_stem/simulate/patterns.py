"""Kinematic diffraction patterns: spots from diffsims, drawn as on the detector."""

from dataclasses import dataclass

import numpy as np
from diffsims.crystallography import ReciprocalLatticeVector
from diffsims.generators.simulation_generator import SimulationGenerator
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.crystal.phase import thermal_factors
from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import PAPER_BEAM, Beam
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.rendering import add_disks, add_halo

FAINTEST = 1e-6
"""Intensity, relative to the strongest spot, below which a spot is extinct up to rounding errors."""


@dataclass(frozen=True)
class Microscope:
    """Settings of the electron beam and the scattering.

    Parameters
    ----------
    beam
        Beam, all of whose values are known.
    excitation_error
        Half length of a reciprocal lattice rod (1/Å), about the inverse thickness of the sample.
    direct, diffuse
        Fractions of the electrons in the direct beam and in the diffuse background; the rest is in the spots.
    halo
        Distance over which the diffuse background decays to 1/e (1/Å).
    """

    beam: Beam = PAPER_BEAM
    excitation_error: float = 0.02
    direct: float = 0.35
    diffuse: float = 0.3
    halo: float = 0.25

    def __post_init__(self):
        if min(self.direct, self.diffuse, 1 - self.direct - self.diffuse) < 0:
            raise KerasStemError(
                "Expected shares of direct beam and diffuse background of at most 1 in total, found more."
            )


@dataclass(frozen=True)
class Spots:
    """Diffraction spots of one pattern: positions (1/Å), (n, 2), with y up, and intensities (n,) of sum 1."""

    xy: np.ndarray
    intensity: np.ndarray


class PatternSimulator:
    """Simulator of kinematic patterns of one phase, with its Debye-Waller factors, in one microscope.

    Parameters
    ----------
    phase
        Phase with a complete unit cell.
    microscope
        Settings of the microscope.
    detector
        Shape and calibration of the detector.
    """

    def __init__(self, phase: Phase, microscope: Microscope, detector: Detector):
        self._phase = phase
        self._microscope = microscope
        self._detector = detector
        beam = microscope.beam
        self._generator = SimulationGenerator(beam.energy, precession_angle=beam.precession_angle)
        self._disk_radius = max(beam.radius / detector.pixel_size, 0.5)

    def spots(self, rotations: Rotation) -> list[Spots]:
        """Return the spots of each orientation (shape (n,), lab to crystal) without the direct beam.

        Raises
        ------
        KerasStemError
            If diffsims cannot simulate the phase.
        """
        if not rotations.size:
            return []
        try:
            simulated = self._generator.calculate_diffraction2d(
                self._phase,
                rotations,
                reciprocal_radius=self._detector.reciprocal_radius * stretch(self._phase),
                with_direct_beam=False,
                max_excitation_error=self._microscope.excitation_error,
                debye_waller_factors=thermal_factors(self._phase),
            ).coordinates
        except (KeyError, ValueError) as error:
            raise KerasStemError(f"diffsims cannot simulate {self._phase.name}: {error}.") from error
        patterns = [simulated] if rotations.size == 1 else simulated
        return [_visible(vectors, self._detector.reciprocal_radius) for vectors in patterns]

    def draw(self, spots: list[Spots], weights: list[float], drift: np.ndarray) -> np.ndarray:
        """Return the expected fraction of all electrons in each pixel.

        Parameters
        ----------
        spots
            Spots of each grain at the position; empty in vacuum.
        weights
            Fraction of the scattering from each grain.
        drift
            Offset of the pattern from the centre along rows and columns (pixels).

        Returns
        -------
        numpy.ndarray
            Shape (H, W), float64; the sum is 1 if no intensity falls outside the detector.
        """
        image = np.zeros(self._detector.shape)
        row0, column0 = np.asarray(self._detector.centre) + drift
        scattered = sum(weights)
        direct = 1 - scattered * (1 - self._microscope.direct)
        radius = self._disk_radius
        add_disks(image, np.array([row0]), np.array([column0]), np.array([direct]), radius)
        halo = self._microscope.halo / self._detector.pixel_size
        add_halo(image, row0, column0, scattered * self._microscope.diffuse, halo)
        in_spots = 1 - self._microscope.direct - self._microscope.diffuse
        for spot, weight in zip(spots, weights, strict=True):
            rows, columns = self._detector.to_pixels(spot.xy).T
            totals = in_spots * weight * spot.intensity
            add_disks(image, rows + drift[0], columns + drift[1], totals, radius)
        return image


def stretch(phase: Phase) -> float:
    """Return the factor by which the reciprocal radius of diffsims has to be enlarged to include all spots.

    diffsims searches Miller indices up to the radius divided by the lengths of a*, b* and c*. In oblique
    lattices, larger indices also lie inside the radius, and equivalent orientations would lose different
    spots.
    """
    lattice = phase.structure.lattice
    return max(lattice.a * lattice.ar, lattice.b * lattice.br, lattice.c * lattice.cr)


def _visible(vectors: ReciprocalLatticeVector, radius: float) -> Spots:
    """Return the spots within a radius whose intensity exceeds rounding errors."""
    xy = np.asarray(vectors.data)[:, :2]
    intensity = np.asarray(vectors.intensity, dtype=float)
    kept = (intensity > FAINTEST * intensity.max(initial=0)) & (np.linalg.norm(xy, axis=1) <= radius)
    return Spots(xy[kept], intensity[kept] / max(intensity[kept].sum(), 1e-30))
