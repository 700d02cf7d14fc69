"""Maps whose points may be other places of the sample."""

import numpy as np
import pytest
from grids import map_of

from keras_stem.crystal.rotations import random_rotations
from keras_stem.workflow.compare_maps import step_note
from keras_stem.workflow.prepare import PreparedMap


@pytest.mark.parametrize(
    ("steps", "unit", "told"),
    [
        (2.0, "nm", ""),
        (0.002, "um", ""),
        (20.1, "Å", ""),  # within 1 %
        (3.0, "nm", "along y, 2 nm and 3 nm"),
        ((2.0, 4.0), "nm", "along x, 2 nm and 4 nm"),
        (3.0, "px", ""),  # cannot be compared
    ],
)
def test_steps_that_differ_are_told_with_their_axis(steps, unit, told, rng):
    rotations = random_rotations(6, rng)
    maps = [map_of(rotations, (2, 3)), map_of(rotations, (2, 3), step=steps, unit=unit)]
    note = step_note(*(PreparedMap(one, np.ones(6, bool), {}) for one in maps))
    assert told in note
    assert bool(note) == bool(told)
