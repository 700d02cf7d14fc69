"""Spots of a crystal by quantem, kinematic or by Bloch waves: ``python quantem_spots.py GIVEN.npz MADE.npz``.

GIVEN has

- ``numbers`` (n,), ``positions`` (n, 3), ``occupancy`` (n,), ``displacement`` (n,) and ``cell`` (6,): atomic
  numbers, fractional coordinates, occupancies and root mean square displacements (Å) of all atoms of the unit
  cell, and its constants (Å, degrees);
- ``matrices`` (m, 3, 3): orientations, lab to crystal, in the axes of orix (x right, y up, z to the viewer);
- ``thickness``: thickness of the crystal (Å); 0 for kinematic intensities;
- ``radius``: largest distance of a spot from the direct beam (1/Å); ``beam_energy`` (kV);
- ``precession_angle`` (degrees);
- ``shape_factor``: standard deviation of the kinematic shape factor over the excitation error (1/Å).

MADE has ``spots`` (k, 3), the positions x and y (1/Å, y up) and intensities of the spots of all patterns, one
pattern after the other, without the direct beam; ``counts`` (m,), the number of spots of each pattern; and
``direct`` (m,), the intensity of the direct beam. Intensities of Bloch waves are fractions of the incident
beam; ``direct`` of kinematic patterns is NaN.
"""

import numpy as np
import torch
from ase import Atoms
from ase.data import chemical_symbols
from quantem.diffraction import bloch
from quantem.diffraction.crystal import Crystal
from scipy.spatial.transform import Rotation
from spot_files import write_spots

TILTS = 24
"""Number of beam directions that stand for the precession."""

EXCITATION = 0.04
"""Largest excitation error of a beam at some tilt (1/Å)."""

COUPLING = 1.5
"""Largest reciprocal lattice vector of a coupling, in units of the radius (as quantem recommends)."""


def crystal_of(given) -> Crystal:
    """Return the crystal with its structure factors."""
    atoms = Atoms(given["numbers"], scaled_positions=given["positions"], cell=given["cell"], pbc=True)
    atoms.set_array("occupancy", given["occupancy"])
    symbols = [chemical_symbols[number] for number in given["numbers"]]
    motion = dict(zip(symbols, given["displacement"].tolist(), strict=True))
    radius = float(given["radius"])
    crystal = Crystal(atoms)
    crystal.calculate_structure_factors(radius, 1e-6, motion)
    if given["thickness"] > 0:
        energy = 1e3 * float(given["beam_energy"])
        crystal.calculate_dynamical_structure_factors(energy, motion, COUPLING * radius)
    return crystal


def tilts(angle: float) -> np.ndarray:
    """Return the rotations of the crystal that stand for the precession of the beam, shape (t, 3, 3)."""
    if angle == 0:
        return np.eye(3)[None]
    azimuth = 2 * np.pi * np.arange(TILTS) / TILTS
    axes = np.column_stack([-np.sin(azimuth), np.cos(azimuth), 0 * azimuth])
    return Rotation.from_rotvec(np.deg2rad(angle) * axes).as_matrix()


def kinematic(crystal: Crystal, matrix: np.ndarray, given) -> tuple[np.ndarray, float]:
    """Return x, y and intensity of kinematic spots."""
    made = crystal.generate_pattern(
        quaternion(matrix),
        energy_ev=1e3 * float(given["beam_energy"]),
        sigma_excitation=float(given["shape_factor"]),
        precession_deg=float(given["precession_angle"]),
    )
    return np.column_stack([made[name].numpy() for name in ("qx", "qy", "intensity")]), np.nan


def dynamical(crystal: Crystal, matrix: np.ndarray, given) -> tuple[np.ndarray, float]:
    """Return x, y and intensity of the spots of Bloch waves, and the intensity of the direct beam."""
    energy, angle = 1e3 * float(given["beam_energy"]), float(given["precession_angle"])
    hkl = bloch.select_dynamical_beams(
        crystal, quaternion(matrix), energy, np.deg2rad(angle), EXCITATION, float(given["radius"])
    )
    vectors = (hkl.double() @ crystal.lat_recip).numpy() @ matrix  # in the lab
    wavelength = bloch.electron_wavelength_angstrom(energy)
    along = np.einsum("tj,kj->tk", tilts(angle)[:, 2], vectors)
    excitation = (2 * along - wavelength * (vectors**2).sum(1)) / (2 - 2 * wavelength * along)
    coupling, absorption, _ = bloch._coupling_matrix(crystal, hkl, bloch.relativistic_gamma(energy))
    solved = bloch._bloch_solve(
        coupling, absorption, True, torch.as_tensor(excitation), 1 / wavelength,
        torch.as_tensor(given["thickness"], dtype=torch.float64)[None], fast_absorption=True,
    )  # fmt: skip
    intensity = solved[:, 0].mean(0).numpy()
    return np.column_stack([vectors[1:, :2], intensity[1:]]), float(intensity[0])


def quaternion(matrix: np.ndarray) -> torch.Tensor:
    """Return the rotation from crystal to lab."""
    x, y, z, w = Rotation.from_matrix(matrix.T).as_quat()
    return torch.tensor([w, x, y, z])


def patterns(matrices: np.ndarray, given) -> list[tuple[np.ndarray, float]]:
    """Return the spots and the direct beam of each orientation."""
    torch.set_num_threads(1)
    crystal = crystal_of(given)
    calculate = dynamical if given["thickness"] > 0 else kinematic
    return [calculate(crystal, matrix, given) for matrix in matrices]


if __name__ == "__main__":
    write_spots(patterns)
