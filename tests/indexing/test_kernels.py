"""Agreement of a hand-made pattern with a hand-made crystal, against the correlation of numpy."""

import numpy as np
import pytest

from keras_stem.crystal.rotations import rotations_about
from keras_stem.indexing.kernels import agreements, refined
from keras_stem.instrument.beam import wave_number

PIXEL, DISK, INNER = 0.05, 2.0, 4.0
BEAM = np.array([wave_number(300.0), 0.0, 0.02, 1.5, PIXEL, DISK])
AZIMUTHS = np.deg2rad([0, 100, 210])
# At one distance from the beam, so that all have the same excitation error and intensity.
VECTORS = 0.75 * np.stack([np.cos(AZIMUTHS), np.sin(AZIMUTHS), np.zeros(3)], axis=1)
STRENGTHS = np.ones(3)
DISTANCES = np.hypot(*(np.indices((64, 64)) - 31.5))


def rings():
    """All pixels beyond the direct beam as one ring."""
    counted = DISTANCES > INNER
    pixels = np.flatnonzero(counted)
    return pixels, np.array([0, len(pixels)]), counted


def disks_at(xy, drift=(0.0, 0.0)):
    """Disks of 100 counts, and the direct beam, with y up."""
    rows, columns = np.indices((64, 64))
    image = np.zeros((64, 64))
    for x, y in [*xy, (0.0, 0.0)]:
        away = np.hypot(rows - (31.5 + drift[0] - y / PIXEL), columns - (31.5 + drift[1] + x / PIXEL))
        image += 100 * np.clip(DISK + 0.5 - away, 0, 1)
    return image[None].astype(np.float32)


def about_beam(angle):
    """The matrix, lab to crystal, of a crystal turned about the beam by an angle in radians."""
    return rotations_about(np.array([[0.0, 0.0, 1.0]]), np.array([angle])).to_matrix()


def agreement(patterns, matrices):
    return agreements(patterns, matrices[None], rings(), INNER, VECTORS, STRENGTHS, BEAM)[0]


def simulated(matrix):
    """Where the spots of the crystal are."""
    return (VECTORS @ matrix)[:, :2]


def test_the_orientation_of_the_pattern_agrees_fully():
    turned = about_beam(0.4)
    patterns = disks_at(simulated(turned[0]))
    assert agreement(patterns, turned)[0] == pytest.approx(1, abs=1e-6)
    assert agreement(patterns, about_beam(0.9))[0] < 0.05


def test_some_of_the_spots_have_the_correlation_of_numpy():
    patterns, whole = (disks_at(VECTORS[:count, :2]) for count in (1, 3))
    beyond = DISTANCES > INNER
    expected = np.corrcoef(np.sqrt(patterns[0][beyond]), np.sqrt(whole[0][beyond]))[0, 1]
    assert agreement(patterns, np.eye(3)[None])[0] == pytest.approx(expected, abs=1e-3)


def test_the_direct_beam_is_the_origin():
    patterns = disks_at(VECTORS[:, :2], drift=(1.0, -1.0))
    assert agreement(patterns, np.eye(3)[None])[0] == pytest.approx(1, abs=1e-3)


def test_refinement_turns_the_crystal_to_its_pattern():
    patterns = disks_at(simulated(about_beam(0.03)[0]))
    start = np.eye(3)[None]
    found = refined(patterns, start[None], 80, rings(), INNER, VECTORS, STRENGTHS, BEAM)[0]
    assert agreement(patterns, found)[0] > agreement(patterns, start)[0] + 0.02
    np.testing.assert_allclose(simulated(found[0]), simulated(about_beam(0.03)[0]), atol=0.2 * PIXEL)
