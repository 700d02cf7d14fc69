"""Spots that are expected for an orientation, compiled: two-beam intensities to a small power."""

from dataclasses import dataclass

import numba
import numpy as np
from orix.crystal_map import Phase

from keras_stem.instrument.beam import Beam
from keras_stem.simulate.kinematic import in_lab, reflections

_REST_ENERGY = 510.99895
"""Rest energy of the electron (keV)."""


@dataclass(frozen=True)
class Weighting:
    """Weights of reflections: their intensities to a power, fading out with the excitation error.

    Parameters
    ----------
    thickness
        Thickness of the crystal (Å), which widens the shape factor.
    excitation_error
        Excitation error at which the weight is zero (1/Å); under precession, that beyond the precessing
        Ewald sphere.
    gamma
        Exponent of the intensities.
    """

    thickness: float
    excitation_error: float
    gamma: float

    def parameters(self, beam: Beam) -> np.ndarray:
        """Return the parameters of the compiled functions for a beam, shape (5,)."""
        return np.array(
            [
                beam.wave_number,
                np.deg2rad(beam.precession_angle),
                1 / (2 * np.pi**2 * self.thickness**2),
                self.excitation_error,
                self.gamma,
            ]
        )


def extinctions(phase: Phase, beam: Beam, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the reflections of a phase and their extinction.

    Parameters
    ----------
    phase
        Phase with its full unit cell.
    beam
        Beam, all of whose values are known.
    radius
        Largest reciprocal length (1/Å).

    Returns
    -------
    vectors, extinction : numpy.ndarray
        Vectors in the crystal frame (1/Å), shape (n, 3), and the squared inverse extinction distances (1/Å²),
        shape (n,).

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated, or no reflection lies within the radius.

    References
    ----------
    Hirsch et al., Electron Microscopy of Thin Crystals (1965): xi = pi V / (lambda F), with the structure
    factor F for electrons of the relativistic mass.
    """
    found = reflections(phase, radius)
    mass = 1 + beam.energy / _REST_ENERGY
    inverse = mass * np.sqrt(found.strengths) / (np.pi * phase.structure.lattice.volume * beam.wave_number)
    return found.vectors, inverse**2


@numba.njit(cache=True, nogil=True, fastmath=True)
def weight_of(s: float, r: float, extinction: float, parameters: np.ndarray) -> tuple[float, float]:
    """Return the weight of a reflection and its derivative by the excitation error.

    The two-beam intensity, averaged over thicknesses, is a Lorentzian, whose width is the inverse extinction
    distance; the finite thickness adds to it. Its mean over the precession has a closed form.

    Parameters
    ----------
    s
        Excitation error (1/Å).
    r
        Distance from the direct beam (1/Å).
    extinction
        Squared inverse extinction distance (1/Å²).
    parameters
        Those of a `Weighting`.

    Returns
    -------
    weight, derivative : float
        Both 0 beyond the largest excitation error.
    """
    _, precession, thin, limit, gamma = parameters
    sweep = r * precession
    beyond = max(abs(s) - sweep, 0.0)
    if beyond >= limit:
        return 0.0, 0.0
    width = np.sqrt(extinction + thin)
    z = complex(width, -s)
    square = z * z + sweep * sweep
    inverse = 1 / np.sqrt(square)
    intensity = 0.5 * extinction * inverse.real / width
    slope = 0.5 * extinction * (1j * z * inverse / square).real / width
    inside = 1 - (beyond / limit) ** 2
    weight = intensity**gamma * inside * inside
    relative = gamma * slope / intensity
    if beyond > 0:
        relative -= 4 * beyond / (limit * limit * inside) * np.sign(s)
    return weight, weight * relative


@numba.njit(cache=True, nogil=True)
def expected_spots(
    vectors: np.ndarray,
    extinction: np.ndarray,
    matrix: np.ndarray,
    parameters: np.ndarray,
    inner: float,
    outer: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the spots of an orientation between two distances from the direct beam (1/Å).

    Parameters
    ----------
    vectors, extinction
        Results of `extinctions`.
    matrix
        Orientation matrix, shape (3, 3), lab to crystal.
    parameters
        Those of a `Weighting`.
    inner, outer
        Distances from the direct beam (1/Å).

    Returns
    -------
    x, y, weight : numpy.ndarray
        Positions (1/Å) with y up, and weights with a norm of 1, shape (n,).
    """
    wave, count, total = parameters[0], 0, 0.0
    x, y, weight = np.empty(len(vectors)), np.empty(len(vectors)), np.empty(len(vectors))
    for k in range(len(vectors)):
        u, v, z = in_lab(vectors, k, matrix)
        r = np.sqrt(u * u + v * v)
        if r < inner or r > outer:
            continue
        s = wave - np.sqrt(wave * wave - r * r) - z
        found, _ = weight_of(s, r, extinction[k], parameters)
        if found > 0:
            x[count], y[count], weight[count] = u, v, found
            total += found * found
            count += 1
    return x[:count], y[:count], weight[:count] / np.sqrt(max(total, 1e-30))
