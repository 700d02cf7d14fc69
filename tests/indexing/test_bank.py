from dataclasses import replace

import numpy as np
import pytest
from matched import DETECTOR, SETTINGS
from orix.vector import Vector3d
from phases import PHASES

from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.bank import build_bank, polar_grid, zone_axes
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.settings import Matching
from keras_stem.instrument.beam import Beam


def beam_directions(rotations):
    """The direction of the beam in the crystal."""
    return (rotations * Vector3d.zvector()).data


def bank_of(name, settings):
    phase = PHASES[name]()
    return build_bank(phase, SpotComparison(phase, DETECTOR, settings), DETECTOR, settings)


@pytest.mark.parametrize("name", PHASES)
def test_zone_axes_cover_all_directions_once(name, rng):
    symmetry = proper_point_group(PHASES[name]())
    axes = beam_directions(zone_axes(symmetry, 4.0))
    directions = beam_directions(random_rotations(500, rng))
    equivalents = np.einsum("sij,nj->sni", symmetry.to_matrix().reshape(-1, 3, 3), directions)
    nearest = np.abs(np.einsum("sni,mi->snm", equivalents, axes)).max(axis=(0, 2))
    assert np.rad2deg(np.arccos(nearest.min())) < 4.0
    whole = zone_axes(proper_point_group(PHASES["P-1"]()), 4.0).size
    # The margin makes sectors larger, the more so the smaller they are.
    assert len(axes) < 1.7 * whole / symmetry.size


def test_the_grid_has_two_circles_for_each_disk_radius():
    grid = polar_grid(DETECTOR, SETTINGS)
    assert grid.azimuths == 140  # a disk radius apart at 1.8 1/Å, closer than the resolution of 6 degrees
    assert polar_grid(DETECTOR, replace(SETTINGS, resolution=1.0)).azimuths == 360
    np.testing.assert_allclose(np.diff(grid.radii), SETTINGS.spot_radius / 2)
    assert grid.radii[-1] <= SETTINGS.radius < grid.radii[-1] + grid.radial_step


def test_templates_have_spots_in_reach_and_norms_of_one():
    bank, grid = bank_of("R-3m", SETTINGS), polar_grid(DETECTOR, SETTINGS)
    assert len(bank) == len(bank.starts) - 1
    assert bank.starts[-1] == len(bank.rings) == len(bank.azimuths) == len(bank.weights)
    assert np.all(np.diff(bank.starts) > 0)
    assert grid.radii[bank.rings].min() > SETTINGS.beam_mask - grid.radial_step
    assert bank.rings.max() < len(grid.radii)
    norms = np.add.reduceat(bank.weights.astype(float) ** 2, bank.starts[:-1])
    np.testing.assert_allclose(norms, 1, rtol=1e-5)


def test_no_spots_in_reach_is_a_clear_error():
    small = Matching(resolution=10, radius=0.15, beam=Beam(300, 1.6, 0.6), spot_radius=0.08, beam_mask=0.12)
    with pytest.raises(KerasStemError, match="no spots between"):
        bank_of("Pm-3m", small)
