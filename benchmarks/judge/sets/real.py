"""The real cathode particle, where its files are: Bragg peaks of an experiment, drawn as patterns."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from judge import crystals
from judge.environments import HERE, checked
from judge.physics import ENERGY, Physics
from judge.test_set import Patterns, TestSet
from keras_stem.crystal.rotations import from_matrices
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.io.export import write_map
from keras_stem.io.map_grid import crystal_map

DATA = Path(os.environ.get("KERAS_STEM_TEST_DATA", HERE.parents[2] / "shared" / "data"))
PEAKS = DATA / "real" / "cathode_particle_a.h5"


@dataclass(frozen=True)
class RealSet(TestSet):
    """Patterns without a truth, judged by how often neighbouring positions agree."""

    @property
    def crystal(self) -> str:
        """The CIF file of the particle."""
        return str(DATA / "cif" / "LCO.cif")

    @property
    def answerable(self) -> bool:
        """Whether the patterns have a true orientation."""
        return False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the scan."""
        with h5py.File(PEAKS) as file:
            return tuple(int(size) for size in file.attrs["shape"])

    @property
    def instrument(self) -> Instrument:
        """Instrument as the patterns are drawn."""
        return Instrument(Detector((self.pixels, self.pixels), 0.05), Beam(ENERGY, 1.6, 0.0))

    @property
    def statement(self) -> str:
        """What the patterns are."""
        return (
            "cathode particle, peaks of an experiment drawn as patterns of 64 px and 1e5 electrons; judged "
            "by the share of neighbouring positions within 5°, which smoothing would raise, too"
        )

    def make(self, count: int, seed: int) -> Patterns:
        """Return the patterns of the whole scan, whatever the count."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "particle.hspy")
            command = [sys.executable, DATA / "real" / "render.py", PEAKS, path, "--seed", str(seed)]
            checked(command, "render.py")
            with h5py.File(path) as file:
                counts = next(iter(file["Experiments"].values()))["data"][()]
        counts = counts.reshape(-1, *counts.shape[2:])
        return Patterns(counts, np.full((len(counts), 3, 3), np.nan))

    def remark(self, matrices: np.ndarray) -> str:
        """Return the agreement of neighbouring orientations, (n, 3, 3), by the script of the data."""
        missing = np.isnan(matrices).any(axis=(1, 2))
        rotations = from_matrices(np.where(missing[:, None, None], np.eye(3), matrices))
        phases = [crystals.phase(self.crystal)]
        labels = crystal_map(rotations, phases, self.shape, (1.0, 1.0), "nm", {}, np.where(missing, -1, 0))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "map.h5")
            write_map(path, labels, {})
            command = [sys.executable, "-W", "ignore", DATA / "real" / "neighbours.py", PEAKS, path]
            job = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        return job.stdout.strip()


SETS = (
    (RealSet("particle", Physics("experiment", "LCO", 0.0, 0.0), most=80 * 29, standard=True),)
    if PEAKS.exists()
    else ()
)
