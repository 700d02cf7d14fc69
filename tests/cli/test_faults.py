"""Words for errors of the system."""

import errno

import pytest

from keras_stem.cli.faults import explained


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), "disk of the tracking"),
        (RuntimeError("(sqlite3.OperationalError) database is locked"), "locked by another program: sqlite"),
        (RuntimeError("cannot cache function 'f': no locator available"), "set HOME or TMPDIR"),
        (UnicodeEncodeError("utf-8", "\udcf6", 0, 1, "surrogates not allowed"), "set PYTHONUTF8=1"),
        (OSError(errno.ENOSPC, "No space left on device", "map.h5"), "No space left on device: map.h5 "),
        (OSError(errno.ENOSPC, "No space left on device"), "in printing, or in the folder of temporary"),
        (ValueError("what"), r"ValueError: what (kstem --debug shows where)"),
    ],
)
def test_errors_have_words_that_help(error, said):
    told = explained(error)
    assert said in told
    assert "\n" not in told
