"""Patterns drawn from spots: disks, direct beam, diffuse background, and counting noise."""

import numpy as np

from judge.physics import Spots
from keras_stem.instrument.instrument import Instrument

DIFFUSE = 0.25
"""Share of the electrons in the diffuse background."""

DECAY = 0.25
"""Distance over which the diffuse background decays to 1/e (1/Å)."""

DIRECT = 0.5
"""Share of the other electrons in the direct beam of kinematic patterns, which do not define it."""

_SAMPLES = 5
"""Points along each side of a pixel at which a disk is sampled."""


def draw(spots: Spots, instrument: Instrument, dose: float) -> np.ndarray:
    """Return the expected counts of patterns.

    Parameters
    ----------
    spots
        Spots of m patterns.
    instrument
        Detector and beam.
    dose
        Number of electrons per pattern; those outside the detector are lost.

    Returns
    -------
    numpy.ndarray
        Shape (m, H, W), float32.
    """
    halo = np.exp(-instrument.detector.distances / DECAY)
    background = DIFFUSE * halo / halo.sum()
    patterns = [_pattern(*spots.pattern(k), spots.direct[k], instrument) for k in range(len(spots.counts))]
    return (dose * (background + (1 - DIFFUSE) * np.array(patterns))).astype(np.float32)


def exposed(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return counts with Poisson noise, uint16, of expected ones."""
    return np.minimum(rng.poisson(expected), np.iinfo(np.uint16).max).astype(np.uint16)


def _pattern(
    positions: np.ndarray, intensities: np.ndarray, direct: float, instrument: Instrument
) -> np.ndarray:
    """Return the disks of a pattern, whose intensities with the direct beam sum to 1."""
    total = intensities.sum()
    if np.isnan(direct):
        direct, intensities = DIRECT, (1 - DIRECT) * intensities / max(total, 1e-12)
    else:
        direct, intensities = direct / (direct + total), intensities / (direct + total)
    image = np.zeros(instrument.detector.shape)
    radius = instrument.disk_radius
    places = instrument.detector.to_pixels(np.vstack([[0, 0], positions]))
    for place, weight in zip(places, [direct, *intensities], strict=True):
        _add_disk(image, place, weight, radius)
    return image


def _add_disk(image: np.ndarray, place: np.ndarray, weight: float, radius: float) -> None:
    """Add a disk, each pixel by the share of it that the disk covers."""
    first = np.floor(place - radius).astype(int)
    count = int(2 * radius) + 3
    offsets = (np.arange(count * _SAMPLES) + 0.5) / _SAMPLES - 0.5
    rows, columns = (first[k] + offsets - place[k] for k in (0, 1))
    inside = rows[:, None] ** 2 + columns[None] ** 2 <= radius**2
    disk = inside.reshape(count, _SAMPLES, count, _SAMPLES).mean(axis=(1, 3))
    low = np.maximum(-first, 0)
    high = np.minimum(np.array(image.shape) - first, count)
    if (high > low).all():
        part = disk[low[0] : high[0], low[1] : high[1]]
        image[first[0] + low[0] : first[0] + high[0], first[1] + low[1] : first[1] + high[1]] += (
            weight * part / max(disk.sum(), 1e-12)
        )
