"""Distinct orientations against the disorientation of orix."""

import numpy as np
import pytest
from phases import PHASES

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import from_matrices, random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.distinct import distinct


@pytest.mark.parametrize("name", ["R-3m", "Pm-3m", "P-1"])
def test_chosen_one_by_one_by_hand(name, rng):
    symmetry = proper_point_group(PHASES[name]())
    matrices = random_rotations(80, rng).to_matrix().reshape(2, 40, 3, 3)
    scores = rng.random((2, 40))
    operations = symmetry.to_matrix().reshape(-1, 3, 3)
    found = distinct(matrices, scores, operations, np.deg2rad(30.0), 6)
    for k in range(2):
        kept = []
        for place in np.argsort(-scores[k]):
            apart = [
                disorientation(
                    from_matrices(matrices[k, place][None]), from_matrices(matrices[k, one][None]), symmetry
                )
                for one in kept
            ]
            if len(kept) < 6 and all(angle[0] > np.deg2rad(30.0) for angle in apart):
                kept.append(place)
        np.testing.assert_array_equal(found[k], np.pad(kept, (0, 6 - len(kept)), constant_values=-1))


def test_what_has_no_score_is_no_candidate(rng):
    matrices = random_rotations(3, rng).to_matrix()[None]
    found = distinct(matrices, np.array([[0.0, 0.2, 0.0]]), np.eye(3)[None], 0.1, 2)
    np.testing.assert_array_equal(found, [[1, -1]])
