"""Diffraction patterns by multislice with frozen phonons (abTEM).

``python abtem_patterns.py GIVEN.npz MADE.npz``.

GIVEN has the crystal, ``matrices``, ``thickness`` (Å) and ``beam_energy`` as in quantem_spots.py, and
``convergence_angle`` (mrad), ``pixels`` and ``pixel_size`` (1/Å) of the detector, and ``seed``.

MADE has ``images`` (m, H, W): intensities as fractions of the incident beam. A box of the crystal is cut out
around the probe for each orientation; its atoms are displaced at random for each configuration, and the
intensities of all configurations are averaged. Potentials are those of Kirkland.
"""

import itertools
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import abtem
import numpy as np
from ase import Atoms
from ase.cell import Cell

BOX = 60.0
"""Width of the box (Å)."""

GRID = 432
"""Points along each side of the box."""

SLICE = 2.0
"""Thickness of a slice (Å)."""

CONFIGURATIONS = 4
"""Number of frozen phonon configurations."""

TO_BEAM = np.diag([1.0, -1.0, -1.0])
"""From the axes of orix to those of abTEM, whose beam runs along +z and which looks along it."""


def box_of(given, matrix: np.ndarray) -> tuple[Atoms, np.ndarray]:
    """Return the atoms of a box of the crystal in the axes of abTEM, and their displacements (Å)."""
    size = np.array([BOX, BOX, float(given["thickness"])])
    lattice = Cell.fromcellpar(given["cell"]).array @ matrix @ TO_BEAM.T
    reach = np.linalg.norm(size) / 2
    counts = np.ceil(reach * np.linalg.norm(np.linalg.inv(lattice), axis=0)).astype(int) + 1
    shifts = np.array(list(itertools.product(*(range(-count, count + 1) for count in counts))))
    places = (shifts[:, None] + given["positions"]).reshape(-1, 3) @ lattice + size / 2
    inside = ((places >= 0) & (places < size)).all(axis=1)
    numbers = np.tile(given["numbers"], len(shifts))[inside]
    motion = np.tile(given["displacement"], len(shifts))[inside]
    return Atoms(numbers, places[inside], cell=size, pbc=(True, True, False)), motion


def on_detector(intensity: np.ndarray, pixels: int, pixel_size: float) -> np.ndarray:
    """Return intensities (kx, ky) summed over the pixels that their cells overlap, shape (rows, columns)."""
    step = 1 / BOX
    k = (np.arange(len(intensity)) - len(intensity) // 2) * step
    edges = (np.arange(pixels + 1) - pixels / 2) * pixel_size
    covered = np.clip(edges[1:, None], k - step / 2, k + step / 2) - np.clip(
        edges[:-1, None], k - step / 2, k + step / 2
    )
    weights = covered / step
    return weights @ intensity.T @ weights.T


def pattern(given, matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the pattern of one orientation."""
    atoms, motion = box_of(given, matrix)
    probe = abtem.Probe(
        energy=1e3 * float(given["beam_energy"]), semiangle_cutoff=float(given["convergence_angle"]),
        gpts=(GRID, GRID), extent=(BOX, BOX),
    )  # fmt: skip
    image = 0.0
    for _ in range(CONFIGURATIONS):
        moved = atoms.copy()
        moved.positions += motion[:, None] * rng.standard_normal((len(atoms), 3))
        moved.wrap()
        potential = abtem.Potential(
            moved, gpts=(GRID, GRID), slice_thickness=SLICE, parametrization="kirkland", projection="infinite"
        )
        waves = probe.multislice(potential, scan=(BOX / 2, BOX / 2), lazy=False)
        found = waves.diffraction_patterns(max_angle="valid", parity="same").array
        image = image + np.squeeze(np.asarray(found, float))
    image = image / CONFIGURATIONS
    return on_detector(image, int(given["pixels"]), float(given["pixel_size"]))


def patterns(matrices: np.ndarray, given, seed: int) -> list[np.ndarray]:
    """Return the patterns of some orientations."""
    rng = np.random.default_rng(seed)
    abtem.config.set({"device": "cpu", "fft": "numpy", "diagnostics.progress_bar": False})
    return [pattern(given, matrix, rng) for matrix in matrices]


def main() -> None:
    given = dict(np.load(sys.argv[1]))
    start = time.perf_counter()
    parts, seed = np.array_split(given["matrices"], 2), int(given["seed"])
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        halves = list(pool.map(patterns, parts, [given] * 2, [2 * seed, 2 * seed + 1]))
    images = np.array([one for half in halves for one in half])
    np.savez(sys.argv[2], images=images, seconds=time.perf_counter() - start)


if __name__ == "__main__":
    main()
