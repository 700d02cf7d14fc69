"""Labels of a random map, and the errors of another one."""

import pytest
from paper_scans import made

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.paper_errors import angle_errors


@pytest.fixture
def labels():
    return made(1)


@pytest.fixture
def errors(labels):
    return angle_errors(made(2).rotations.to_euler(), labels.rotations, proper_point_group(linio2()))
