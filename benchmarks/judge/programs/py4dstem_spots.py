"""Spots of a crystal by py4DSTEM, kinematic or by Bloch waves.

``python py4dstem_spots.py GIVEN.npz MADE.npz``; GIVEN and MADE are those of quantem_spots.py.
"""

import numpy as np
from py4DSTEM.process.diffraction import Crystal
from spot_files import write_spots

TILTS = 24
"""Number of beam directions that stand for the precession."""

EXCITATION = 0.04
"""Largest excitation error of a beam of the Bloch waves (1/Å); that of kinematic spots is 3 shape factors."""

TURNED = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
"""From the axes of orix (x right, y up, z to the viewer) to the lab axes of py4DSTEM (x down the rows)."""


def crystal_of(given) -> Crystal:
    """Return the crystal with the structure factors that the simulation needs."""
    crystal = Crystal(given["positions"], given["numbers"], given["cell"], given["occupancy"])
    volts, radius = 1e3 * float(given["beam_energy"]), float(given["radius"])
    crystal.setup_diffraction(volts)
    if given["thickness"] > 0:
        motion = dict(zip(given["numbers"].tolist(), given["displacement"].tolist(), strict=True))
        crystal.calculate_dynamical_structure_factors(
            volts,
            "WK-CP",
            k_max=2 * radius,
            thermal_sigma=motion,
            tol_structure_factor=0.0,
            g_vec_precision=3,
        )
    else:
        crystal.calculate_structure_factors(radius, tol_structure_factor=1e-6)
    return crystal


def tilted(matrix: np.ndarray, angle: float, azimuth: float) -> np.ndarray:
    """Return an orientation with the beam tilted by an angle towards an azimuth (radians)."""
    axis = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return matrix @ (np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def intensities(crystal: Crystal, matrix: np.ndarray, given) -> dict[tuple, float]:
    """Return the intensity of each reflection for one direction of the beam."""
    thickness, width = float(given["thickness"]), float(given["shape_factor"])
    beams = crystal.generate_diffraction_pattern(
        orientation_matrix=matrix, sigma_excitation_error=width,
        tol_excitation_error_mult=EXCITATION / width if thickness else 3.0,
        tol_intensity=0.0 if thickness else 1e-12, k_max=float(given["radius"]),
    )  # fmt: skip
    if thickness:
        beams = crystal.generate_dynamical_diffraction_pattern(
            beams, thickness, zone_axis_cartesian=matrix[:, 2]
        )
    names = zip(*(beams.data[name].tolist() for name in "hkl"), strict=True)
    return dict(zip(names, beams.data["intensity"].tolist(), strict=True))


def pattern(crystal: Crystal, matrix: np.ndarray, given) -> tuple[np.ndarray, float]:
    """Return x, y and intensity of the spots of a pattern, and the direct beam: means over the precession."""
    angle = np.deg2rad(float(given["precession_angle"]))
    directions = [matrix]
    if angle > 0:
        azimuths = 2 * np.pi * np.arange(TILTS) / TILTS
        directions = [tilted(matrix, angle, azimuth) for azimuth in azimuths]
    sums: dict[tuple, float] = {}
    for direction in directions:
        for hkl, value in intensities(crystal, direction, given).items():
            sums[hkl] = sums.get(hkl, 0.0) + value / len(directions)
    direct = sums.pop((0, 0, 0), np.nan)
    vectors = np.array(list(sums), float).reshape(-1, 3) @ crystal.lat_inv @ matrix
    # Back from the axes of py4DSTEM, in which x runs down the rows.
    return np.column_stack([vectors[:, 1], -vectors[:, 0], list(sums.values())]), direct


def patterns(matrices: np.ndarray, given) -> list[tuple[np.ndarray, float]]:
    """Return the spots and the direct beam of each orientation."""
    crystal = crystal_of(given)
    made = [pattern(crystal, matrix @ TURNED.T, given) for matrix in matrices]
    return [(spots, direct if given["thickness"] > 0 else np.nan) for spots, direct in made]


if __name__ == "__main__":
    write_spots(patterns)
