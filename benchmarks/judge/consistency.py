"""Kinematic spots of keras_stem beside those of other programs: ``python -m judge.consistency``.

Positions are compared in pixels of 0.05 1/Å. Intensities are compared once the shape factor is the same: the
structure factors of keras_stem with the Gaussian of the others, averaged over the same directions of the
beam.
"""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from judge import crystals
from judge.physics import ENERGY, REACH, SHAPE_FACTOR, Physics
from keras_stem.crystal.phase import CrystalPhase
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.instrument.beam import wave_number
from keras_stem.simulate.kinematic import reflections

PIXEL = 0.05
"""Side of a pixel (1/Å)."""

TILTS = 24
"""Directions of the beam that stand for the precession, as in the scripts of the other programs."""

FAINTEST = 1e-3
"""Fraction of the strongest spot's intensity below which spots are not compared."""


@dataclass(frozen=True)
class Agreement:
    """Agreement of two programs on the spots of the same orientations.

    Parameters
    ----------
    distance
        Largest distance of a spot from that of keras_stem (pixels).
    correlation
        Correlation of the intensities, each pattern's normalised to 1.
    missing, added
        Share of the intensity of spots that keras_stem does not have, and of those that it alone has.
    """

    distance: float
    correlation: float
    missing: float
    added: float


def compare(program: str, crystal: str, precession_angle: float, count: int = 50) -> Agreement:
    """Return how far the spots of a program agree with those of keras_stem.

    Parameters
    ----------
    program
        "py4DSTEM" or "quantem".
    crystal
        Name of the crystal.
    precession_angle
        Precession angle (degrees).
    count
        Number of random orientations.
    """
    matrices = random_rotations(count, np.random.default_rng(1)).to_matrix()
    theirs = Physics(program, crystal, 0.0, precession_angle).spots(matrices)
    # py4DSTEM has no thermal motion in kinematic structure factors.
    phase = _without_motion(crystal) if program == "py4DSTEM" else crystals.phase(crystal)
    known = reflections(phase, np.sqrt(2) * REACH)
    distances, pairs, missing, added = [], [], [], []
    for k, matrix in enumerate(matrices):
        positions, intensities = theirs.pattern(k)
        strong = intensities > FAINTEST * intensities.max()
        positions, intensities = positions[strong], intensities[strong]
        vectors = known.vectors @ matrix
        ours = known.strengths * _envelope(vectors, precession_angle)
        near, place = _nearest(vectors, ours, positions)
        found = near < PIXEL / 2
        missing.append(intensities[~found].sum() / intensities.sum())
        added.append(_alone(vectors, ours, positions) / ours.sum())
        distances.append(near[found].max(initial=0.0))
        pair = np.stack([intensities[found], ours[place[found]]])
        pairs.append(pair / pair.sum(axis=1, keepdims=True))
    correlation = np.corrcoef(np.concatenate(pairs, axis=1))[0, 1]
    shares = float(np.mean(missing)), float(np.mean(added))
    return Agreement(max(distances) / PIXEL, float(correlation), *shares)


def _without_motion(crystal: str) -> CrystalPhase:
    """Return a crystal whose file states no displacements."""
    text = crystals.cif(crystal).read_text()
    text, count = re.subn(r"(\S+ \S+ \S+ \S+ \S+ 1) 0\.\d+\n", r"\1 .\n", text)
    assert count, f"{crystal} states no displacements that could be left out"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{crystal}.cif")
        path.write_text(text)
        return load_phase(path)


def _envelope(vectors: np.ndarray, precession_angle: float) -> np.ndarray:
    """Return the Gaussian of the excitation error, the mean over the directions of the beam, shape (n,)."""
    azimuth = 2 * np.pi * np.arange(TILTS) / TILTS
    axes = np.column_stack([-np.sin(azimuth), np.cos(azimuth), 0 * azimuth])
    turned = Rotation.from_rotvec(np.deg2rad(precession_angle) * axes).as_matrix()[:, 2]
    along, wavelength = turned @ vectors.T, 1 / wave_number(ENERGY)
    length = (vectors**2).sum(axis=1)
    error = (2 * along - wavelength * length) / (2 - 2 * wavelength * along)
    return np.exp(-(error**2) / (2 * SHAPE_FACTOR**2)).mean(axis=0)


def _nearest(
    vectors: np.ndarray, intensities: np.ndarray, positions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return distance and index of the visible reflection that is nearest to each position."""
    visible = np.flatnonzero(intensities > 0.1 * FAINTEST * intensities.max())
    distance, place = KDTree(vectors[visible, :2]).query(positions)
    return distance, visible[place]


def _alone(vectors: np.ndarray, intensities: np.ndarray, positions: np.ndarray) -> float:
    """Return the intensity of the reflections that no position is near."""
    strong = (intensities > FAINTEST * intensities.max()) & (np.hypot(*vectors[:, :2].T) < np.sqrt(2) * REACH)
    distance, _ = KDTree(positions).query(vectors[strong, :2])
    return float(intensities[strong][distance > PIXEL / 2].sum())


def main() -> None:
    """Print the agreement of both programs for all crystals."""
    for program in ("py4DSTEM", "quantem"):
        for crystal in ("layered_oxide", "copper", "silicon", "gallium_nitride"):
            for precession_angle in (0.0, 0.6):
                found = compare(program, crystal, precession_angle)
                print(
                    f"{program}, {crystal}, {precession_angle:g}°: within {found.distance:.2g} px, "
                    f"correlation {found.correlation:.4f}, {found.missing:.2%} of the intensity missing, "
                    f"{found.added:.2%} added",
                    flush=True,
                )


if __name__ == "__main__":
    main()
