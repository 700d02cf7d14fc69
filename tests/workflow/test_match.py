"""Template matching of scans of one crystal in several settings."""

import subprocess
import sys

import numpy as np
import pytest
from crystals import SAME_CRYSTAL, cif
from directions import along_lab, degrees_apart

from keras_stem.crystal.disorientation import BEAM_TWOFOLD
from keras_stem.crystal.structure_files import CrystalFile, load_phase
from keras_stem.indexing.settings import Matching
from keras_stem.io.export import write_map
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan
from keras_stem.workflow.match import match_scan


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Simulated scans of LiNiO2, spinel, silicon and zirconia, by the names of their files."""
    folder, made = tmp_path_factory.mktemp("settings"), {}
    for names in SAME_CRYSTAL:
        made[names] = folder / f"{names[0]}.h5"
        grains = Polycrystal((4, 6), 4, vacuum=0, overlap=0)
        crystal = CrystalFile(str(cif(names[0])))
        simulate_scan(made[names], Simulation(grains, camera=Camera(pixels=64), crystal=crystal))
    return made


@pytest.mark.parametrize("names", SAME_CRYSTAL, ids=lambda names: names[0])
def test_matching_gives_one_crystal_its_directions_whatever_the_setting(scans, names):
    settings = Matching(resolution=3)
    with Scan(scans[names]) as scan:
        phases = [load_phase(cif(name)) for name in names]
        found = [match_scan(scan, [phase], settings)[0] for phase in phases]
    reference = along_lab(phases[0], found[0].rotations)
    for phase, labels in zip(phases[1:], found[1:], strict=True):
        apart = degrees_apart(along_lab(phase, labels.rotations), reference, phases[0])
        assert np.median(apart) < 0.01
        assert np.max(apart) < 0.3  # the refinement stops at another point of a flat maximum


def test_matching_in_a_kept_cell(scans):
    """Its templates stand elsewhere, but the refined answers agree."""
    names = SAME_CRYSTAL[2]
    settings = Matching(resolution=3)
    with Scan(scans[names]) as scan:
        standard, kept = load_phase(cif(names[0])), load_phase(cif(names[1]), keep_cell=True)
        found = [match_scan(scan, [phase], settings)[0].rotations for phase in (standard, kept)]
    # By hand: a_h = a - b, b_h = b - c, c_h = a + b + c; vectors of the rhombohedral cell in hexagonal terms.
    by_hand = np.linalg.inv([[1, -1, 0], [0, 1, -1], [1, 1, 1]])
    apart = [
        degrees_apart(along_lab(kept, ways) @ by_hand, along_lab(standard, found[0]), standard)
        for ways in (found[1], found[1] * BEAM_TWOFOLD)
    ]
    assert np.median(np.minimum(*apart)) < 0.3


@pytest.mark.slow
def test_neighbours_decide_on_a_real_particle(real_files, tmp_path):
    """Peaks of an experiment, whose patterns alone hardly tell [10-10] from [1-100]."""
    folder, scan_path = real_files / "real", tmp_path / "particle.hspy"
    peaks = folder / "cathode_particle_a.h5"
    subprocess.run([sys.executable, folder / "render.py", peaks, scan_path], check=True)
    phase = load_phase(real_files / "cif" / "LCO.cif")
    shares = []
    for consensus in (False, True):
        with Scan(scan_path) as scan:
            labels, origin = match_scan(scan, [phase], Matching(), consensus=consensus)
        write_map(tmp_path / "map.h5", labels, origin)
        command = [sys.executable, "-W", "ignore", folder / "neighbours.py", peaks, tmp_path / "map.h5"]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        shares.append(float(told.split("%")[0]))
    assert shares[0] < 50
    assert shares[1] > 85
