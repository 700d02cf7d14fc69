"""Spots of a crystal by py4DSTEM, kinematic or by Bloch waves, for the judge.

``python py4dstem_spots.py GIVEN.npz MADE.npz``, with the interpreter of an environment of its own. GIVEN has

- ``numbers`` (n,), ``positions`` (n, 3), ``occupancy`` (n,), ``displacement`` (n,) and ``cell`` (6,): atomic
  numbers, fractional coordinates, occupancies and root mean square displacements (Å) of all atoms of the unit
  cell, and its constants (Å, degrees);
- ``matrices`` (m, 3, 3): orientations, lab to crystal, in the axes of orix;
- ``thickness`` (m,): thickness of the crystal (Å); 0 for kinematic intensities;
- ``radius``: largest distance of a spot from the direct beam (1/Å); ``beam_energy`` (kV);
- ``precession_angle`` (degrees), and ``tilts``, the number of beam directions that stand for the precession;
- ``excitation_error``: standard deviation of the kinematic shape factor over the excitation error (1/Å); beams
  of the Bloch waves have up to ``beams`` times that.

MADE has ``spots`` (k, 3), the positions x and y (1/Å, y up) and intensities of the spots of all patterns, one
pattern after the other, without the direct beam, and ``counts`` (m,), the number of spots of each pattern. The
intensities of Bloch waves are fractions of the incident beam.
"""

import sys

import numpy as np
from py4DSTEM.process.diffraction import Crystal

TURNED = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
"""From the axes of orix (x right, y up, z towards the viewer) to the lab axes of py4DSTEM (x down the rows)."""


def crystal_of(given) -> Crystal:
    """Return the crystal with the structure factors that the simulation needs."""
    crystal = Crystal(given["positions"], given["numbers"], given["cell"], given["occupancy"])
    volts, radius = 1e3 * float(given["beam_energy"]), float(given["radius"])
    crystal.setup_diffraction(volts)
    if np.any(given["thickness"] > 0):
        motion = dict(zip(given["numbers"].tolist(), given["displacement"].tolist()))
        crystal.calculate_dynamical_structure_factors(
            volts, "WK-CP", k_max=2 * radius, thermal_sigma=motion, tol_structure_factor=0.0, g_vec_precision=3
        )
    else:
        crystal.calculate_structure_factors(radius, tol_structure_factor=1e-6)
    return crystal


def tilted(matrix: np.ndarray, angle: float, azimuth: float) -> np.ndarray:
    """Return an orientation with the beam tilted by an angle towards an azimuth (radians)."""
    axis = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return matrix @ (np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def intensities(crystal: Crystal, matrix: np.ndarray, thickness: float, given) -> dict[tuple, float]:
    """Return the intensity of each reflection for one direction of the beam."""
    error = float(given["excitation_error"])
    beams = crystal.generate_diffraction_pattern(
        orientation_matrix=matrix, sigma_excitation_error=error, tol_excitation_error_mult=float(given["beams"]),
        tol_intensity=0.0 if thickness else 1e-12, k_max=float(given["radius"]),
    )
    if thickness:
        beams = crystal.generate_dynamical_diffraction_pattern(
            beams, thickness, zone_axis_cartesian=matrix[:, 2]
        )
    names = zip(beams.data["h"].tolist(), beams.data["k"].tolist(), beams.data["l"].tolist())
    return dict(zip(names, beams.data["intensity"].tolist()))


def pattern(crystal: Crystal, matrix: np.ndarray, thickness: float, given) -> np.ndarray:
    """Return the spots of a pattern, shape (k, 3): x, y and intensity, the mean over the precession."""
    angle, tilts = np.deg2rad(float(given["precession_angle"])), int(given["tilts"])
    directions = [matrix]
    if angle > 0:
        azimuths = np.linspace(0, 2 * np.pi, tilts, endpoint=False)
        directions = [tilted(matrix, angle, azimuth) for azimuth in azimuths]
    sums: dict[tuple, float] = {}
    for direction in directions:
        for hkl, value in intensities(crystal, direction, thickness, given).items():
            sums[hkl] = sums.get(hkl, 0.0) + value / len(directions)
    sums.pop((0, 0, 0), None)
    vectors = np.array(list(sums), float).reshape(-1, 3) @ crystal.lat_inv @ matrix
    # Back from the axes of py4DSTEM, in which x runs down the rows.
    return np.column_stack([vectors[:, 1], -vectors[:, 0], list(sums.values())])


def main() -> None:
    given = np.load(sys.argv[1])
    crystal = crystal_of(given)
    spots = [
        pattern(crystal, matrix @ TURNED.T, float(thickness), given)
        for matrix, thickness in zip(given["matrices"], given["thickness"])
    ]
    np.savez(sys.argv[2], spots=np.concatenate(spots), counts=[len(one) for one in spots])


if __name__ == "__main__":
    main()
