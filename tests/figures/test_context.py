"""What the figures of a scan and its models are drawn from."""

from types import SimpleNamespace

import numpy as np
import pytest
from paper_scans import chosen, made

from keras_stem.crystal.phase import linio2
from keras_stem.figures.context import Answer, FigureContext


def prediction_of(shown):
    return SimpleNamespace(crystal_map=shown, euler=shown.rotations.to_euler())


@pytest.fixture
def context(labels):
    answers = tuple(
        Answer(name, f"models:/{name}/1", None, prediction_of(shown))
        for name, shown in (("CNN", made(2)), ("Oracle", made(1)))
    )
    scan = SimpleNamespace(labels=labels, phase=linio2())
    return FigureContext(scan, answers, chosen(labels))


def test_maps_and_errors_are_by_the_names_of_the_models(context, errors):
    assert list(context.maps) == list(context.errors) == ["CNN", "Oracle"]
    assert context.maps["CNN"] is context.answers[0].prediction.crystal_map
    np.testing.assert_allclose(context.errors["CNN"].disorientation, errors.disorientation)
    np.testing.assert_allclose(context.errors["Oracle"].disorientation, 0, atol=1e-4)
    assert context.errors is context.errors  # they are computed once
