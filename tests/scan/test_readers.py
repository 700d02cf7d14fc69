"""Readers of RosettaSciIO, chosen by the file."""

from pathlib import Path

import hyperspy.api as hs
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.scan.readers import open_signals, reason


@pytest.fixture
def counts(rng):
    return rng.poisson(5, (3, 4, 6, 8)).astype(np.uint16)


@pytest.mark.parametrize(("suffix", "reader"), [("hspy", "HSPY"), ("zspy", "ZSPY"), ("npy", "numpy")])
def test_the_reader_follows_from_the_file(suffix, reader, counts, tmp_path):
    path = tmp_path / f"scan.{suffix}"
    np.save(path, counts) if suffix == "npy" else hs.signals.Signal2D(counts).save(path)
    opened = open_signals(path)
    assert (opened.reader, opened.notes) == (reader, ())
    np.testing.assert_array_equal(np.asarray(opened.signals[0]["data"]), counts)


def test_the_content_of_hdf5_counts_and_not_its_suffix(counts, tmp_path):
    hs.signals.Signal2D(counts).save(tmp_path / "scan.hspy")
    path = (tmp_path / "scan.hspy").rename(tmp_path / "scan.emd")
    assert open_signals(path).reader == "HSPY"


def test_files_without_a_reader_get_advice(tmp_path):
    (tmp_path / "scan.npz").write_bytes(b"PK")
    with pytest.raises(KerasStemError, match=r"none is for \.npz files .* save the array alone as \.npy"):
        open_signals(Path(tmp_path / "scan.npz"))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ModuleNotFoundError(name="PIL"),
            "needs the package pillow; install it with: pip install pillow",
        ),
        (KeyError("axes"), "its content is not what the reader expects"),
        (OSError("truncated file: eof = 3"), "the file is truncated; copy it again"),
        (ValueError("odd mode."), "odd mode"),
        (ValueError(), "ValueError"),
    ],
)
def test_reasons_are_those_of_the_file(error, told):
    assert reason(error) == told
