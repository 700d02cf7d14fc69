"""Simulated scans: a polycrystal, its patterns, imitated template-matching labels and the ground truth."""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.io.map_grid import crystal_map
from keras_stem.nested import flat
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.writing import create_scan
from keras_stem.simulate.matching_labels import imitate_template_matching
from keras_stem.simulate.microstructure import Polycrystal, Truth, grow
from keras_stem.simulate.patterns import Microscope, PatternSimulator

if TYPE_CHECKING:
    from distributed import Client

BLOCK_PATTERNS = 256
"""Approximate number of patterns in a block; a few blocks are in memory at a time."""

SMALL_SCAN = 1500
"""Largest number of positions simulated in the main process, since starting workers would take longer."""

HOT_PIXEL_COUNTS = 5_000
NUMBER_OF_STREAMS = 3
"""Number of independent random streams of a simulation (structure, labels, camera), besides one per block."""


@dataclass(frozen=True)
class Camera:
    """Settings of the detector and its artefacts.

    Parameters
    ----------
    pixels
        Side of the square detector (pixels), 64 to 512.
    detector_radius
        Reciprocal distance from the direct beam to the centre of a detector edge (1/Å).
    dose
        Number of electrons per pattern.
    drift
        Largest distance of the direct beam from the centre (pixels); the beam drifts slowly along the scan.
    hot_pixels
        Number of hot pixels.
    """

    pixels: int = 64
    detector_radius: float = 1.6
    dose: float = 1e5
    drift: float = 0.0
    hot_pixels: int = 0

    def __post_init__(self):
        if not 64 <= self.pixels <= 512:
            raise KerasStemError(f"Expected a detector of 64 to 512 pixels, found {self.pixels}.")
        if self.dose <= 0:
            raise KerasStemError(f"Expected a dose above 0 electrons, found {self.dose}.")

    @property
    def detector(self) -> Detector:
        """Shape and calibration of the detector."""
        return Detector((self.pixels, self.pixels), 2 * self.detector_radius / self.pixels)


@dataclass(frozen=True)
class Simulation:
    """Complete settings of a simulated scan.

    Parameters
    ----------
    polycrystal, microscope, camera
        Settings of the sample, the beam and the detector.
    step
        Distance of neighbouring positions (nm).
    seed
        Random seed.
    crystal
        Crystal structure file of the phase.
    """

    polycrystal: Polycrystal = field(default_factory=Polycrystal)
    microscope: Microscope = field(default_factory=Microscope)
    camera: Camera = field(default_factory=Camera)
    step: float = 5.0
    seed: int = 0
    crystal: CrystalFile = field(default_factory=CrystalFile)


def simulate_scan(
    path: str | Path,
    simulation: Simulation,
    progress: Callable[[int], None] = lambda patterns: None,
    workers: int | None = None,
    client: "Client | None" = None,
) -> None:
    """Simulate a scan and write it, block by block.

    Parameters
    ----------
    path
        Path of the scan file. An existing file is replaced when the new file is complete.
    simulation
        Settings of the simulation.
    progress
        Callback that receives the number of newly written patterns.
    workers
        Number of processes; None uses all cores, or one process for small scans. The result does not depend
        on it.
    client
        Client of a Dask cluster, whose workers simulate the patterns instead.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated or the file cannot be written.
    """
    phase = simulation.crystal.load()
    streams = np.random.SeedSequence(simulation.seed).spawn(NUMBER_OF_STREAMS)
    structure, labelling, camera = (np.random.default_rng(stream) for stream in streams)
    shape = simulation.polycrystal.shape
    info = ScanInfo(
        title=f"{phase.name} simulated".replace("/", "-"),  # the title is the name of an HDF5 group
        shape=shape,
        detector=simulation.camera.detector,
        steps=(simulation.step, simulation.step),
        unit="nm",
        beam=simulation.microscope.beam,
        origin=_attributes(simulation),
    )
    with create_scan(path, info) as writer:
        truth = grow(simulation.polycrystal, structure)
        exposure = _Exposure(phase, simulation, truth, camera)
        writer.write_labels(_labels(truth, phase, info, labelling))
        for first, block in exposure.blocks(workers, client):
            writer.write_rows(first, block)
            progress(block.shape[0] * block.shape[1])


class _Exposure:
    """Patterns of a scan, simulated in blocks of whole rows by several processes."""

    def __init__(self, phase: Phase, simulation: Simulation, truth: Truth, rng: np.random.Generator):
        self._phase = phase
        self._simulation = simulation
        self._truth = truth
        self._drift = _drift(simulation.polycrystal.shape, simulation.camera.drift, rng)
        pixels = simulation.camera.pixels
        self._hot = rng.choice(pixels * pixels, min(simulation.camera.hot_pixels, pixels * pixels), False)

    def blocks(self, workers: int | None, client: "Client | None") -> Iterator[tuple[int, np.ndarray]]:
        rows, columns = self._simulation.polycrystal.shape
        step = max(1, BLOCK_PATTERNS // columns)
        firsts = range(0, rows, step)
        if client is not None:
            from keras_stem.cluster.blocks import results_of

            jobs = (self._job(first, min(first + step, rows)) for first in firsts)
            yield from zip(firsts, results_of(client, ExposureTask(), jobs), strict=True)
            return
        if workers is None:
            workers = 1 if rows * columns <= SMALL_SCAN else os.cpu_count()
        _compile(self._phase, self._simulation)
        parallel = joblib.Parallel(n_jobs=workers, return_as="generator", pre_dispatch=2 * workers)
        jobs = (joblib.delayed(_expose)(*self._job(first, min(first + step, rows))) for first in firsts)
        yield from zip(firsts, parallel(jobs), strict=True)

    def _job(self, first: int, last: int) -> tuple:
        columns = self._simulation.polycrystal.shape[1]
        chosen = slice(first * columns, last * columns)
        grains = [
            (grain.rotations[chosen], grain.weight[chosen])
            for grain in (self._truth.dominant, self._truth.second)
        ]
        seed = (self._simulation.seed, NUMBER_OF_STREAMS, first)
        shape = (last - first, columns)
        return self._phase, self._simulation, grains, self._drift[chosen], self._hot, seed, shape


@dataclass(frozen=True)
class ExposureTask:
    """Simulation of blocks of patterns."""

    def ready(self) -> Callable[[tuple], np.ndarray]:
        """Return the function of a block."""
        return lambda job: _expose(*job)


def _compile(phase: Phase, simulation: Simulation) -> None:
    """Simulate a pattern in the main process to fill the numba cache before the workers start.

    Processes that compile the same function into the cache concurrently can crash (numba 0.68, generalized
    functions of orix, in a new environment).
    """
    simulator = PatternSimulator(phase, simulation.microscope, simulation.camera.detector)
    spots = simulator.spots(random_rotations(2, np.random.default_rng(0)))
    simulator.draw(spots, [0.6, 0.4], np.zeros(2))


def _expose(
    phase: Phase,
    simulation: Simulation,
    grains: list[tuple[Rotation, np.ndarray]],
    drift: np.ndarray,
    hot: np.ndarray,
    seed: tuple[int, ...],
    shape: tuple[int, int],
) -> np.ndarray:
    """Return the counts of a block of positions, shape (rows, columns, H, W), uint16."""
    camera = simulation.camera
    rng = np.random.default_rng(seed)
    simulator = PatternSimulator(phase, simulation.microscope, camera.detector)
    spots: list[list] = [[] for _ in drift]
    weights: list[list[float]] = [[] for _ in drift]
    for rotations, share in grains:
        there = np.flatnonzero(share > 0)
        for position, found in zip(there, simulator.spots(rotations[there]), strict=True):
            spots[position].append(found)
            weights[position].append(float(share[position]))
    counts = np.empty((len(drift), *camera.detector.shape), np.uint16)
    for position in range(len(drift)):
        expected = simulator.draw(spots[position], weights[position], drift[position])
        counts[position] = np.minimum(rng.poisson(camera.dose * expected), np.iinfo(np.uint16).max)
    counts.reshape(len(drift), -1)[:, hot] = rng.poisson(HOT_PIXEL_COUNTS, (len(drift), len(hot)))
    return counts.reshape(*shape, *camera.detector.shape)


def _drift(shape: tuple[int, int], largest: float, rng: np.random.Generator) -> np.ndarray:
    """Return the offset of the beam (rows, columns) at each position, shape (n, 2) (pixels)."""
    y, x = np.indices(shape) / np.reshape(shape, (2, 1, 1))
    phases = rng.uniform(0, 2 * np.pi, 2)
    along = 2 * np.pi * (0.8 * y + 0.1 * x)
    wander = np.stack([np.sin(along + phase) for phase in phases], axis=-1).reshape(-1, 2)
    return largest * wander / np.sqrt(2)


def _labels(truth: Truth, phase: Phase, info: ScanInfo, rng: np.random.Generator) -> CrystalMap:
    """Return the imitated labels, with the ground truth as additional properties of the map."""
    labels = imitate_template_matching(truth, rng)
    properties = {"Q": labels.q, "R": labels.r}
    for name, grain in (("truth", truth.dominant), ("second", truth.second)):
        properties[f"{name}_euler"] = euler_of(grain.rotations)
        properties[f"{name}_weight"] = grain.weight
        properties[f"{name}_grain"] = grain.number
    return crystal_map(labels.rotations, phase, info.shape, info.steps, info.unit, properties)


def _attributes(simulation: Simulation) -> dict[str, Any]:
    """Return the settings as scalars and short strings that can be stored as HDF5 attributes."""
    known = {name: value for name, value in flat(asdict(simulation)).items() if value is not None}
    return {name: str(value) if isinstance(value, tuple) else value for name, value in known.items()}
