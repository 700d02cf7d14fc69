"""Compiled kinematic simulation of many thousands of patterns per second, for training on the fly.

diffsims builds objects for each pattern. Here its reciprocal lattice vectors and structure factors are
computed once, and compiled code rotates, weights and draws them. A test ensures that both give the same
patterns.
"""

from dataclasses import dataclass

import numba
import numpy as np
from diffsims.crystallography import ReciprocalLatticeVector
from diffsims.utils.sim_utils import get_kinematical_intensities
from orix.crystal_map import Phase

from keras_stem.crystal.phase import thermal_factors
from keras_stem.errors import KerasStemError
from keras_stem.simulate.patterns import FAINTEST, stretch
from keras_stem.simulate.rendering import add_disks, add_halo

_EXTINCT = 1e-9
"""Relative intensity below which a reflection is extinct up to rounding errors."""

_SLACK = 1.02
"""Margin of the reciprocal radius: the curvature of the Ewald sphere makes the vector of a spot slightly
longer than its distance from the direct beam."""


_FULL = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Reflections:
    """Reciprocal lattice vectors of a phase and their kinematic intensities.

    Parameters
    ----------
    vectors
        Vectors in the Cartesian crystal frame, shape (n, 3) (1/Å).
    strengths
        Squared structure factors |F|², shape (n,).
    """

    vectors: np.ndarray
    strengths: np.ndarray


def reflections(phase: Phase, radius: float) -> Reflections:
    """Return the allowed reflections of a phase up to a reciprocal radius (1/Å).

    Debye-Waller factors are applied if the phase has thermal displacements.

    Raises
    ------
    KerasStemError
        If diffsims has no scattering factors for the phase, or no reflection lies within the radius.
    """
    found = ReciprocalLatticeVector.from_min_dspacing(
        phase, min_dspacing=1 / (radius * stretch(phase)), include_zero_vector=False
    )
    try:
        strengths = get_kinematical_intensities(
            phase.structure, found.hkl, found.gspacing, thermal_factors(phase)
        )
    except (KeyError, ValueError) as error:
        raise KerasStemError(f"diffsims cannot simulate {phase.name}: {error}.") from error
    near = found.gspacing <= min(stretch(phase), _SLACK) * radius
    kept = near & (strengths > _EXTINCT * strengths.max(initial=0))
    if not kept.any():
        raise KerasStemError(f"{phase.name} has no reflections up to {radius:.3g} 1/Å.")
    return Reflections(np.ascontiguousarray(found.data[kept]), np.ascontiguousarray(strengths[kept]))


@numba.njit(cache=True, nogil=True)
def spots_of(
    vectors: np.ndarray,
    strengths: np.ndarray,
    matrix: np.ndarray,
    wave: float,
    precession: float,
    error: float,
    radius: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the diffraction spots of an orientation.

    Parameters
    ----------
    vectors, strengths
        Arrays of the `Reflections`.
    matrix
        Orientation matrix, shape (3, 3), lab to crystal.
    wave
        Radius of the Ewald sphere (1/Å).
    precession
        Precession angle, in radians.
    error
        Largest excitation error and width of the shape factor (1/Å).
    radius
        Largest distance of a spot from the direct beam (1/Å).

    Returns
    -------
    x, y, intensity : numpy.ndarray
        Positions (1/Å) with y up, and intensities that sum to 1, shapes (n,).

    References
    ----------
    Palatinus et al., Acta Cryst. B75 (2019) 512, equations 6 and 10, as in diffsims.
    """
    count, brightest = 0, 0.0
    x, y, intensity = np.empty(len(vectors)), np.empty(len(vectors)), np.empty(len(vectors))
    high, across = wave * np.cos(precession), wave * np.sin(precession)
    for k in range(len(vectors)):
        u, v, z = in_lab(vectors, k, matrix)
        r = np.sqrt(u * u + v * v)
        if r > radius or not _is_crossed(r, z, wave, high, across, error):
            continue
        s = wave - np.sqrt(wave * wave - r * r) - z
        x[count], y[count] = u, v
        intensity[count] = strengths[k] * _shape(s, r, precession, np.pi / error)
        brightest = max(brightest, intensity[count])
        count += 1
    return _visible(x[:count], y[:count], intensity[:count], brightest)


@numba.njit(cache=True, nogil=True)
def in_lab(vectors: np.ndarray, k: int, matrix: np.ndarray) -> tuple[float, float, float]:
    """Return a reciprocal lattice vector in the lab frame, for an orientation matrix (lab to crystal)."""
    a, b, c = vectors[k, 0], vectors[k, 1], vectors[k, 2]
    return (
        a * matrix[0, 0] + b * matrix[1, 0] + c * matrix[2, 0],
        a * matrix[0, 1] + b * matrix[1, 1] + c * matrix[2, 1],
        a * matrix[0, 2] + b * matrix[1, 2] + c * matrix[2, 2],
    )


@numba.njit(cache=True, nogil=True)
def _is_crossed(r: float, z: float, wave: float, high: float, across: float, error: float) -> bool:
    """Return whether the precessing Ewald sphere intersects a reflection within its excitation error."""
    if abs(z) > 3 * error + 0.2:  # too far from the Ewald sphere, whose cap is flatter than this bound
        return False
    above = high - np.sqrt(wave * wave - (r + across) ** 2)
    below = high - np.sqrt(wave * wave - (r - across) ** 2)
    return not (z - error > above or z + error < below)


@numba.njit(cache=True, nogil=True)
def _shape(s: float, r: float, precession: float, sigma: float) -> float:
    if precession == 0.0:
        return 1 / (sigma * sigma * s * s + 1)
    u = sigma * sigma * (r * r * precession * precession - s * s) + 1
    z = np.sqrt(u * u + 4 * sigma * sigma * s * s)
    return np.sqrt(2 * (u + z)) / z


@numba.njit(cache=True, nogil=True)
def _visible(x, y, intensity, brightest):
    kept = intensity > FAINTEST * brightest
    x, y, intensity = x[kept], y[kept], intensity[kept]
    return x, y, intensity / max(intensity.sum(), 1e-30)


@numba.njit(cache=True, nogil=True)
def expose(
    vectors: np.ndarray,
    strengths: np.ndarray,
    matrices: np.ndarray,
    shares: np.ndarray,
    conditions: np.ndarray,
    wave: float,
    pixel_size: float,
    seed: int,
    counts: np.ndarray,
) -> None:
    """Draw patterns of one or two grains with Poisson noise, in place.

    Parameters
    ----------
    vectors, strengths
        Arrays of the `Reflections`.
    matrices
        Orientation matrices of both grains, shape (n, 2, 3, 3), lab to crystal.
    shares
        Fraction of the scattering from the first grain, shape (n,); the second grain has the rest.
    conditions
        Simulation parameters, shape (n, 10): excitation error (1/Å), precession angle (in radians), disk
        radius (pixels), fractions of the direct beam and of the diffuse background, decay length of the
        diffuse background (pixels), dose (electrons), drift along rows and columns (pixels), scale (1 for
        the detector's calibration).
    wave
        Radius of the Ewald sphere (1/Å).
    pixel_size
        Pixel size of the detector (1/Å).
    seed
        Random seed of the noise.
    counts
        Output array, shape (n, H, W), which is overwritten.
    """
    np.random.seed(seed)
    for k in range(len(counts)):
        image = np.zeros(counts.shape[1:])
        _add_pattern(image, vectors, strengths, matrices[k], shares[k], conditions[k], wave, pixel_size)
        _add_noise(image, conditions[k, 6], counts[k])


@numba.njit(cache=True, nogil=True)
def _add_pattern(image, vectors, strengths, matrices, share, conditions, wave, pixel_size):
    """Add the expected pattern of two grains to an image of shape (H, W), as fractions of the dose."""
    error, precession, disk, direct, diffuse, halo, _, drift_row, drift_column, scale = conditions
    height, width = image.shape
    radius, zoom = np.hypot(height, width) / 2 * pixel_size, scale / pixel_size
    row0, column0 = (height - 1) / 2 + drift_row, (width - 1) / 2 + drift_column
    add_disks(image, np.array([row0]), np.array([column0]), np.array([direct]), disk)
    add_halo(image, row0, column0, diffuse, halo)
    for grain in range(2):
        part = share if grain == 0 else 1 - share
        if part <= 0.0:
            continue
        x, y, intensity = spots_of(vectors, strengths, matrices[grain], wave, precession, error, radius)
        total = (1 - direct - diffuse) * part
        add_disks(image, row0 - y * zoom, column0 + x * zoom, total * intensity, disk)


@numba.njit(cache=True, nogil=True)
def _add_noise(image, dose, counts):
    """Write the counts of an image at a dose (electrons), with Poisson noise, in place."""
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            electrons = np.random.poisson(dose * image[row, column])
            counts[row, column] = min(electrons, _FULL)
