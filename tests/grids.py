"""Maps and real grids for tests of the analysis. Not a test itself."""

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.analysis.grid import Grid, grid_of
from keras_stem.crystal.phase import linio2
from keras_stem.io.map_grid import crystal_map

NICKEL = Phase("Ni", space_group=225)

LAYOUT = np.zeros((10, 15), int)
LAYOUT[:, 9:] = 1
LAYOUT[3, 3] = 2
"""Two grains and one odd point."""


def map_of(
    rotations: Rotation, shape, phase=None, phase_id=None, step=2.0, unit="nm", **properties
) -> CrystalMap:
    """A map with a step of 2 nm, of LiNiO2 unless a phase is given."""
    return crystal_map(rotations, phase or linio2(), shape, step, unit, properties, phase_id)


def grid_from(rotations: Rotation, shape, **options) -> Grid:
    """The grid of `map_of`."""
    return grid_of(map_of(rotations, shape, **options))


def layout_map(layout: np.ndarray, orientations: Rotation, **options) -> CrystalMap:
    """A map whose point of number k in the layout has the k-th orientation."""
    return map_of(Rotation(orientations.data[layout.ravel()]), layout.shape, **options)


def defdap_map(folder) -> CrystalMap:
    """The Ni superalloy of DefDAP's tests: a record of 25 bytes for each point, angles in radians."""
    record = np.dtype(
        [
            ("phase", "u1"),
            ("euler", "<f4", 3),
            ("mad", "<f4"),
            ("bc", "u1"),
            ("bs", "u1"),
            ("bands", "u1"),
            ("error", "u1"),
            ("reliability", "<f4"),
        ]
    )
    points = np.fromfile(folder / "testDataEBSD.crc", record)
    rotations = Rotation.from_euler(points["euler"].astype(float))
    number = points["phase"].astype(int) - 1
    return map_of(rotations, (243, 359), phase=NICKEL, phase_id=number, step=0.12, unit="um")
