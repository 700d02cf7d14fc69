"""Maps of any shape, and what must be equal when they come back. Not a test itself."""

import numpy as np
from phases import PHASES

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.io.map_grid import crystal_map

FORMATS = ("h5", "ang", "ctf")

FRAMES = {"h5": None, "ang": "edax3", "ctf": "oxford"}

STEPS = (3.0, 2.0)


def made(shape, chosen, rng, phases=2):
    """A map, or the part of it that is chosen, whose phases begin with the second of three."""
    size = shape[0] * shape[1]
    known = [PHASES["Pm-3m"](), linio2(), PHASES["Pm-3m"]()][: phases + 1]
    number = np.where(np.arange(size) % 5 == 4, -1, 1 if phases == 1 else np.arange(size) % 2)
    if size == 1:
        number[:] = 0
    properties = {"Q": rng.uniform(20, 90, size), "R": rng.uniform(0, 60, size)}
    whole = crystal_map(random_rotations(size, rng), known, shape, STEPS, "nm", properties, number)
    return whole if chosen is None else whole[chosen]


def names_of(found):
    """The name of the phase of each point, "" where it is not indexed."""
    names = {number: phase.name for number, phase in found.phases}
    return np.array([names[number] if number >= 0 else "" for number in found.phase_id])


def require_equal(found, expected, turned=lambda rotations, phase: rotations):
    """Orientations, phases and positions are equal, as far as points are indexed."""
    np.testing.assert_array_equal(names_of(found), names_of(expected))
    for number, phase in expected.phases:
        own = expected.phase_id == number
        if number < 0 or not own.any():
            continue
        pair = turned(found.rotations[own], phase), expected.rotations[own]
        assert np.rad2deg(disorientation(*pair, proper_point_group(phase))).max() < 1e-3


def positions(found, scale=1.0):
    axes = (np.zeros(found.size) if axis is None else axis * scale for axis in (found.y, found.x))
    return np.stack([axis - axis.min() for axis in axes])
