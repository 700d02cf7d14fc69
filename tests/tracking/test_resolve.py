"""References of models."""

import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.inference.predictions import predict
from keras_stem.pipeline.source import ScanSource
from keras_stem.tracking.resolve import best_reference, load_model

pytestmark = pytest.mark.backend


def test_every_way_to_name_a_model_leads_to_it(trained, scan):
    source, positions = ScanSource(scan), np.arange(10)
    expected = predict(load_model(trained.model_uri), source, positions).euler
    references = (
        trained.run_id,
        f"runs:/{trained.run_id}/model",
        best_reference("LiNiO2"),
        best_reference(None, "cnn"),
    )
    for reference in references:
        found = predict(load_model(reference), source, positions).euler
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    "reference", ["models:/LiNiO2/99", "models:/Unobtainium/1", "0" * 32, "no such thing", "absent.keras"]
)
def test_what_names_no_model_is_a_clear_error(trained, reference):
    with pytest.raises(KerasStemError) as raised:
        load_model(reference)
    assert reference in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_model_of_a_phase_is_a_clear_error(trained):
    with pytest.raises(KerasStemError, match="no registered model of Cu"):
        best_reference("Cu")
