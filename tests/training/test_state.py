"""The state of an interrupted training."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.state import last_interrupted

pytestmark = pytest.mark.backend


def test_nothing_interrupted_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(KerasStemError, match="no interrupted training"):
        last_interrupted()
