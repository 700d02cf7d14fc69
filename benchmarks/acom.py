"""Our template matching beside ACOM of py4DSTEM, an independent program, on the same simulated scan.

``python acom.py PYTHON [CIF SPACE_GROUP]``: PYTHON is the interpreter of an environment with py4DSTEM 0.14
and pymatgen, which need an older NumPy than keras_stem.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.settings import Matching
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan
from keras_stem.workflow.match import BEAM_TWOFOLD, match_scan

SHAPE = (12, 12)

ACOM = """
import sys
import numpy as np
from emdfile import PointList
from pymatgen.core import Element
from py4DSTEM.preprocess.utils import get_maxima_2D
from py4DSTEM.process.diffraction import Crystal

given = np.load(sys.argv[1])
pixel, centre = float(given["pixel_size"]), given["centre"]
numbers = [Element(symbol).Z for symbol in given["symbols"]]
crystal = Crystal(given["positions"], numbers, given["cell"])
crystal.calculate_structure_factors(float(given["radius"]))
crystal.orientation_plan(
    zone_axis_range="auto", angle_step_zone_axis=1.0, angle_step_in_plane=1.0,
    angle_coarse_zone_axis=4.0, angle_refine_range=4.0,
    accel_voltage=1e3 * float(given["beam_energy"]),
    precession_angle_degrees=float(given["precession_angle"]), progress_bar=False,
)
found = np.zeros((len(given["patterns"]), 3, 3))
for position, pattern in enumerate(given["patterns"]):
    disk = float(given["disk"])
    peaks = get_maxima_2D(
        pattern.astype(float), sigma=disk / 2,
        minSpacing=1.5 * disk, minRelativeIntensity=0.002, maxNumPeaks=70,
    )
    vectors = np.zeros(len(peaks), [("qx", float), ("qy", float), ("intensity", float)])
    vectors["qx"], vectors["qy"] = (peaks["x"] - centre[0]) * pixel, (peaks["y"] - centre[1]) * pixel
    vectors["intensity"] = peaks["intensity"]
    vectors = vectors[np.hypot(vectors["qx"], vectors["qy"]) > 1.5 * disk * pixel]
    found[position] = crystal.match_single_pattern(PointList(vectors)).matrix[0]
np.save(sys.argv[2], found)
"""


def acom(python: str, scan: Scan, settings: Matching, folder: Path) -> Rotation:
    """Return the orientations that ACOM finds, in our frame.

    The columns of its matrices are its laboratory axes (x down the detector's rows, y along them, z as ours)
    in the crystal's Cartesian frame, which has e1 along a as ours.
    """
    detector, cell = scan.info.detector, scan.phase.structure
    np.savez(
        folder / "given.npz",
        patterns=scan.read(np.arange(len(scan))),
        pixel_size=detector.pixel_size,
        centre=detector.centre,
        disk=settings.spot_radius / detector.pixel_size,
        radius=settings.radius,
        beam_energy=settings.beam.energy,
        precession_angle=settings.beam.precession_angle,
        symbols=[atom.element for atom in cell],
        positions=[atom.xyz for atom in cell],
        cell=cell.lattice.abcABG(),
    )
    command = [python, "-W", "ignore", "-c", ACOM, folder / "given.npz", folder / "found.npy"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    turned = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    return from_matrices(np.load(folder / "found.npy") @ turned)


def report(name: str, first: Rotation, second: Rotation, symmetry) -> None:
    """Print the median disorientation, and the same modulo the 180° in-plane ambiguity."""
    angles = np.rad2deg([disorientation(first, way, symmetry) for way in (second, second * BEAM_TWOFOLD)])
    medians = np.median(angles[0]), np.median(angles.min(0))
    near = 100 * np.mean(angles.min(0) < 5)
    print(
        f"{name:17} median {medians[0]:5.2f}, without the pattern ambiguity {medians[1]:5.2f} deg; ", end=""
    )
    print(f"{near:.0f} % under 5 deg", flush=True)


def main() -> None:
    python, *given = sys.argv[1:]
    cif, group = (given[0], int(given[1])) if given else (None, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scan.h5")
        polycrystal = Polycrystal(SHAPE, 8, vacuum=0)
        crystal = CrystalFile(cif, group)
        simulate_scan(path, Simulation(polycrystal, camera=Camera(pixels=128), crystal=crystal))
        with Scan(path) as scan:
            phase, truth = scan.phase, Rotation.from_euler(scan.labels.prop["truth_euler"])
            ours = match_scan(scan, [phase], Matching())[0].rotations
            theirs = acom(python, scan, Matching().complete(scan.info), Path(folder))
    print(f"{phase.name}, {SHAPE[0]} x {SHAPE[1]} patterns of 128 x 128 pixels, templates 1 deg apart")
    symmetry = proper_point_group(phase)
    report("ours, truth", truth, ours, symmetry)
    report("ACOM, truth", truth, theirs, symmetry)
    report("ours, ACOM", ours, theirs, symmetry)


if __name__ == "__main__":
    main()
