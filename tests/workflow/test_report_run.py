"""References of trainings."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.workflow.report_run import find_run


def test_every_reference_leads_to_the_training(trained):
    for reference in (trained.run_id, trained.run_id[:6], trained.model_uri):
        assert find_run(reference).info.run_id == trained.run_id


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("map.h5", "found no file 'map.h5'"),
        ("0" * 31, "no run begins with 0"),
        ("models:/nothing/1", "Found no models:/nothing/1"),
        ("models:/LiNiO2@nobody", "Found no models:/LiNiO2@nobody"),
    ],
)
def test_what_is_no_training_is_a_clear_error(trained, reference, said):
    with pytest.raises(KerasStemError, match=said):
        find_run(reference)
