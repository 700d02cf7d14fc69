"""Phases with proper point groups of three crystal systems."""

import pytest
from phases import PHASES


@pytest.fixture(params=("Pm-3m", "P6/mmm", "R-3m"))
def phase(request):
    return PHASES[request.param]()
