import numpy as np
import pytest
from orix.vector import Vector3d
from phases import PHASES

from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.bank import build_bank, zone_axes
from keras_stem.indexing.settings import Matching
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector

DETECTOR = Detector((64, 64), 0.05)
SETTINGS = Matching(resolution=10, radius=1.6, beam=Beam(300, 1.6, 0.6), spot_radius=0.08, beam_mask=0.12)


def beam_directions(rotations):
    """The direction of the beam in the crystal."""
    return (rotations * Vector3d.zvector()).data


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


def test_templates_have_spots_and_phases(rng):
    phases = [PHASES["R-3m"](), PHASES["Pm-3m"]()]
    bank = build_bank(phases, DETECTOR, SETTINGS)
    assert set(bank.phase_id) == {0, 1}
    assert len(bank) == bank.rotations.size == len(bank.phase_id)
    for spots in bank.spots:
        distance = np.hypot(*spots.xy.T)
        assert len(distance)
        assert distance.min() >= SETTINGS.beam_mask
        assert distance.max() <= SETTINGS.radius


def test_no_spots_in_reach_is_a_clear_error():
    small = Matching(resolution=10, radius=0.15, beam=Beam(300, 1.6, 0.6), spot_radius=0.08, beam_mask=0.12)
    with pytest.raises(KerasStemError, match="no spots between"):
        build_bank([PHASES["Pm-3m"]()], DETECTOR, small)
