"""Zone axes that are not equivalent, and their patterns, against extinctions known by hand."""

import numpy as np
import pytest
from crystals import cif

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.structure_files import load_phase
from keras_stem.figures.zone_axes import zone_axes, zone_axis_figure


@pytest.mark.parametrize(
    ("name", "axes"),
    [
        ("gold", [(0, 0, 1), (1, 0, 1), (1, 1, 1)]),  # [100] and [110] are equivalent to these
        ("gan", [(0, 0, 1), (1, 0, 0), (1, 0, 1)]),  # [010] is equivalent to [100]
        ("triclinic", [(0, 0, 1), (1, 0, 0), (0, 1, 0)]),
    ],
)
def test_three_zone_axes_are_not_equivalent(name, axes):
    assert zone_axes(load_phase(cif(name))) == axes


def spots_of(axes):
    """Positions of the spots, shape (n, 2)."""
    return axes.collections[0].get_offsets().data


def test_fcc_along_a_cube_axis_shows_even_indices_on_a_square_net():
    gold = load_phase(cif("gold"))
    a = gold.structure.lattice.a
    spots = spots_of(zone_axis_figure(gold, radius=1.0).axes[0])
    expected = [
        (h / a, k / a)
        for h in range(-6, 7, 2)
        for k in range(-6, 7, 2)
        if (h, k) != (0, 0) and np.hypot(h, k) / a <= 1
    ]
    np.testing.assert_allclose(in_order(spots), in_order(np.array(expected)), atol=1e-6)


def in_order(positions):
    rounded = np.round(positions, 6) + 0.0
    return rounded[np.lexsort(rounded.T)]


def test_basal_pattern_of_linio2_has_the_six_spots_of_11_20():
    """R centring leaves -h + k + l = 3n, so 10-10 is absent; |11-20| = 2 / a."""
    lattice = linio2().structure.lattice
    lengths = np.linalg.norm(spots_of(zone_axis_figure(linio2(), radius=0.75).axes[0]), axis=1)
    np.testing.assert_allclose(lengths, np.full(6, 2 / lattice.a), atol=1e-6)
