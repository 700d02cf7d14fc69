"""Settings of the training data."""

import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.data_settings import ScanData


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"split": "fair"}, "split"), ({"binning": -1}, "binning"), ({"train_on": "DS_X"}, "train_on")],
)
def test_impossible_values_of_scan_data_are_named(wrong, said):
    with pytest.raises(KerasStemError, match=said):
        ScanData(**wrong)


def test_trainings_on_larger_subsets_are_scored_at_the_same_positions(scan):
    labels = scan.labels
    labels[:5].phase_id = -1
    parts = {name: ScanData(train_on=name).parts(labels, seed=3) for name in ("DS_R", "DS_Q", "DS_0")}
    for wider in (parts["DS_Q"], parts["DS_0"]):
        np.testing.assert_array_equal(wider.test, parts["DS_R"].test)
        np.testing.assert_array_equal(wider.val, parts["DS_R"].val)
    sizes = [len(parts[name].train) for name in ("DS_R", "DS_Q", "DS_0")]
    assert sizes == sorted(set(sizes))
    assert not {*range(5)} & {*parts["DS_0"].train}
