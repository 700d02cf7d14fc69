"""Settings of the training data."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.data_settings import ScanData


@pytest.mark.parametrize(("wrong", "said"), [({"split": "fair"}, "split"), ({"binning": -1}, "binning")])
def test_impossible_values_of_scan_data_are_named(wrong, said):
    with pytest.raises(KerasStemError, match=said):
        ScanData(**wrong)
