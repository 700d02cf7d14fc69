"""Studies that do not begin."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.study.description import read_study
from keras_stem.workflow.study import resume_study, run_study

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("own_store")]


def test_there_is_nothing_to_resume_in_an_empty_store():
    with pytest.raises(KerasStemError, match="There is no unfinished study"):
        resume_study()


@pytest.mark.parametrize(
    ("options", "said"), [({"batch_size": 0}, "batch_size"), ({"schedule": "linear"}, "schedule")]
)
def test_no_cell_is_trained_if_one_cannot_be(scan_path, options, said):
    with pytest.raises(KerasStemError, match=said):
        run_study(read_study("architectures"), scan_path, options)
    with pytest.raises(KerasStemError, match="There is no unfinished study"):
        resume_study()


def test_a_scan_that_is_not_there_begins_no_study(tmp_path):
    with pytest.raises(KerasStemError, match=r"absent\.h5"):
        run_study(read_study("architectures"), tmp_path / "absent.h5")
