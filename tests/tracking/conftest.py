"""Fixtures of the tests of tracking."""

import pytest

from keras_stem.tracking.store import connect


@pytest.fixture
def client(trained):
    """A client of the store that has the shared training."""
    return connect()
