"""Rotations of a phase about the axes of its own cell."""

import numpy as np
import pytest
from diffpy.structure import Lattice, Structure
from orix.crystal_map import Phase
from orix.quaternion import symmetry
from phases import PHASES, phase_of

from keras_stem.crystal.cell import lattice_base
from keras_stem.crystal.symmetry import proper_point_group, same_operations
from keras_stem.errors import KerasStemError

SIZES = {
    "P-1": 1, "P2_1/c": 2, "Pmmm": 4, "P4/m": 4, "P4/mmm": 8, "P-3": 3, "P312": 6, "P-31m": 6,
    "P-3m1": 6, "R-3m": 6, "P6/m": 6, "P6/mmm": 12, "Pm-3": 12, "Pm-3m": 24,
}  # fmt: skip
"""Half the order of each Laue group."""


def twofold_axes(group):
    """Axes of the rotations by 180 degrees, as rows; opposite ones are one."""
    turns = group[np.isclose(group.angle, np.pi)]
    return np.abs(turns.axis.data)


@pytest.mark.parametrize("name", PHASES)
def test_size_is_half_that_of_the_laue_group(name):
    assert proper_point_group(PHASES[name]()).size == SIZES[name]


@pytest.mark.parametrize(
    ("phase", "axis"),
    [
        (PHASES["P2_1/c"](), (0, 1, 0)),  # unique axis b
        (phase_of(3, (4, 5, 6, 90, 90, 105)), (0, 0, 1)),  # the lattice allows unique axis c alone
        (Phase(point_group="2/m", structure=Structure(lattice=Lattice(4, 5, 6, 90, 105, 90))), (0, 1, 0)),
    ],
)
def test_the_twofold_axis_is_where_the_lattice_allows_it(phase, axis):
    np.testing.assert_allclose(twofold_axes(proper_point_group(phase)), [axis], atol=1e-9)


@pytest.mark.parametrize(("number", "along"), [(149, (0, 1, 0)), (150, (1, 0, 0))])
def test_twofold_axes_of_group_32_are_along_a_or_across(number, along):
    """By the International Tables: of P312 along [120], of P321 along [100]; e1 is along a."""
    axes = twofold_axes(proper_point_group(phase_of(number, (4, 4, 6, 90, 90, 120))))
    assert len(axes) == 3
    assert np.abs(axes - along).max(axis=1).min() < 1e-9
    assert np.abs(axes[:, 2]).max() < 1e-9


def test_groups_with_other_axes_differ():
    assert same_operations(symmetry.D3, symmetry.Symmetry(symmetry.D3.data[::-1]))
    assert not same_operations(symmetry.D3, symmetry.D3y)
    assert not same_operations(symmetry.C2y, symmetry.C2z)
    assert not same_operations(symmetry.C3, symmetry.D3)


def test_a_phase_without_point_group_is_refused():
    with pytest.raises(KerasStemError, match="'glass' has no point group"):
        proper_point_group(Phase("glass"))


def test_the_threefold_axis_of_a_rhombohedral_cell_is_its_diagonal():
    lattice = (5.1, 5.1, 5.1, 74.0, 74.0, 74.0)
    group = proper_point_group(phase_of(166, lattice))
    threefold = group[np.isclose(group.angle, 2 * np.pi / 3)].axis.data
    diagonal = lattice_base(lattice).sum(axis=0)
    np.testing.assert_allclose(np.abs(threefold @ diagonal), np.linalg.norm(diagonal), rtol=1e-6)
    assert (group.size, len(threefold)) == (6, 2)
