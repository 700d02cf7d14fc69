"""Orientations by quantem: disk detection, matching and refinement of each pattern by itself.

``python quantem_match.py GIVEN.npz MADE.npz``. GIVEN has the crystal and the beam as in quantem_spots.py, and

- ``patterns`` (n, H, W): counts; ``pixel_size`` (1/Å); ``disk_radius`` (pixels);
- ``convergence_angle`` (mrad).

MADE has ``matrices`` (n, 3, 3), lab to crystal in the axes of orix; ``confidence`` (n,), its reliability;
``seconds``, without the plan.
"""

import contextlib
import io
import sys
import time

import numpy as np
import torch
from ase import Atoms
from ase.data import chemical_symbols
from peak_memory import peak_memory
from quantem.core.datastructures import Dataset4dstem
from quantem.core.datastructures.vector import Vector
from quantem.diffraction.bragg_vectors import BraggVectors
from quantem.diffraction.crystal import Crystal
from quantem.diffraction.orientation import OrientationMap
from quantem.diffraction.rotations import quat_to_matrix

TURNED = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
"""From the axes of orix (x right, y up, z to the viewer) to the lab axes of quantem (x down the rows)."""


def crystal_of(given) -> Crystal:
    """Return the crystal with kinematic structure factors."""
    atoms = Atoms(given["numbers"], scaled_positions=given["positions"], cell=given["cell"], pbc=True)
    atoms.set_array("occupancy", given["occupancy"])
    symbols = [chemical_symbols[number] for number in given["numbers"]]
    motion = dict(zip(symbols, given["displacement"].tolist(), strict=True))
    crystal = Crystal(atoms)
    crystal.calculate_structure_factors(float(given["radius"]), thermal_sigma=motion)
    return crystal


def peaks_of(given) -> Vector:
    """Return the peaks that quantem finds, in 1/Å, with the direct beam."""
    patterns, disk, size = given["patterns"], float(given["disk_radius"]), float(given["pixel_size"])
    data = Dataset4dstem.from_array(patterns[None].astype(np.float32))
    found = BraggVectors.from_dataset(data)
    found.make_template_synthetic(disk, edge=0.5)
    pixels = found.detect_disks(
        min_spacing=2 * disk,
        background_sigma=2 * disk,
        max_num_peaks=100,
        progressbar=False,
    )
    centre = (np.array(patterns.shape[1:]) - 1) / 2
    cells = []
    for k in range(len(patterns)):
        peaks = np.array(pixels[0, k].numpy(), float).reshape(-1, 3)
        peaks[:, :2] = (peaks[:, :2] - centre) * size
        cells.append(peaks)
    return Vector.from_data([cells], fields=["qx", "qy", "intensity"], name="peaks")


def main() -> None:
    given = dict(np.load(sys.argv[1]))
    torch.set_num_threads(2)
    crystal = crystal_of(given)
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        peaks = peaks_of(given)
        finding = time.perf_counter() - start
        # Averages over the precession need more than 18 GiB for a plan of 1 degree; the Gaussian envelope of
        # the plan, 0.04 1/Å, is about as wide.
        matched = OrientationMap.from_vectors(peaks, crystal, 1e3 * float(given["beam_energy"]))
        matched.build_plan(progress_bar=False)
        start = time.perf_counter()
        matched.match_orientations(batch_size=16, progress_bar=False)
        # The patterns are no neighbours of each other.
        matched.refine_orientations(neighbor_rescue=False, progress_bar=False)
    rotations = quat_to_matrix(matched.quats[0, :, 0]).numpy()
    np.savez(
        sys.argv[2],
        matrices=np.swapaxes(rotations, 1, 2) @ TURNED,
        confidence=matched.reliability[0].numpy(),
        seconds=finding + time.perf_counter() - start,
        memory=peak_memory(),
    )


if __name__ == "__main__":
    main()
