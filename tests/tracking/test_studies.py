"""Studies among the tracked runs."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.tracking.studies import last_study


def test_a_study_of_any_name_may_be_asked_for(client):
    with pytest.raises(KerasStemError, match="There is no study"):
        last_study(client, 'mine\' "too"')
