"""Orientations by py4DSTEM's ACOM: ``python py4dstem_match.py GIVEN.npz MADE.npz``, as quantem_match.py."""

import multiprocessing
import sys
import time

import numpy as np
from emdfile import PointList
from peak_memory import peak_memory
from py4DSTEM import Probe
from py4DSTEM.braggvectors.diskdetection import find_Bragg_disks
from py4DSTEM.process.diffraction import Crystal

TURNED = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
"""From the axes of orix (x right, y up, z to the viewer) to the lab axes of py4DSTEM (x down the rows)."""


FAINTEST = 2e-4
"""Correlation of the faintest disk, as a fraction of that of the direct beam."""


def kernel_of(given) -> np.ndarray:
    """Return the kernel of a synthetic probe: a disk with a sigmoid trench around it."""
    shape, disk = given["patterns"].shape[1:], float(given["disk_radius"])
    centre = (np.array(shape) - 1) / 2
    rows, columns = np.indices(shape)
    distance = np.hypot(rows - centre[0], columns - centre[1])
    probe = Probe(np.clip(disk + 0.5 - distance, 0.0, 1.0))
    probe.get_kernel(mode="sigmoid", origin=tuple(centre), radii=(disk, 3 * disk))
    return probe.kernel


def peaks_of(pattern: np.ndarray, kernel: np.ndarray, given) -> PointList:
    """Return the disks of a pattern without the direct beam, in 1/Å."""
    disk, size = float(given["disk_radius"]), float(given["pixel_size"])
    centre = (np.array(pattern.shape) - 1) / 2
    peaks = find_Bragg_disks(
        pattern.astype(float),
        kernel,
        sigma_cc=0.5,
        subpixel="poly",
        minRelativeIntensity=FAINTEST,
        minPeakSpacing=1.5 * disk,
        edgeBoundary=1,
        maxNumPeaks=70,
    ).data
    vectors = np.zeros(len(peaks), [("qx", float), ("qy", float), ("intensity", float)])
    vectors["qx"], vectors["qy"] = (peaks["qx"] - centre[0]) * size, (peaks["qy"] - centre[1]) * size
    vectors["intensity"] = peaks["intensity"]
    return PointList(vectors[np.hypot(vectors["qx"], vectors["qy"]) > 1.5 * disk * size])


def match(pattern: np.ndarray) -> tuple[np.ndarray, float]:
    """Return matrix and correlation of a pattern, by the globals that the process was started with."""
    found = crystal.match_single_pattern(peaks_of(pattern, kernel, given))
    return found.matrix[0], found.corr[0]


if __name__ == "__main__":
    given = dict(np.load(sys.argv[1]))
    crystal = Crystal(given["positions"], given["numbers"], given["cell"], given["occupancy"])
    crystal.calculate_structure_factors(float(given["radius"]))
    crystal.orientation_plan(
        zone_axis_range="auto", angle_step_zone_axis=1.0, angle_step_in_plane=1.0,
        angle_coarse_zone_axis=4.0, angle_refine_range=4.0, accel_voltage=1e3 * float(given["beam_energy"]),
        precession_angle_degrees=float(given["precession_angle"]) or None, progress_bar=False,
    )  # fmt: skip
    kernel = kernel_of(given)
    start = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(match, given["patterns"], chunksize=4)
    seconds = time.perf_counter() - start
    matrices = np.array([matrix for matrix, _ in found]) @ TURNED
    matrices[~matrices.any(axis=(1, 2))] = np.nan  # too few peaks
    confidence = [correlation for _, correlation in found]
    np.savez(sys.argv[2], matrices=matrices, confidence=confidence, seconds=seconds, memory=peak_memory())
