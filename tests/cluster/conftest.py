"""A cluster of two processes."""

import pytest

from keras_stem.cluster.connection import connected


@pytest.fixture(scope="session")
def client():
    with connected(workers=2) as client:
        yield client
