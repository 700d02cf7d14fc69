"""The blocks in which patterns of a file are read."""

import dask.array as da
import numpy as np

import keras_stem.workflow.source_blocks as module
from keras_stem.scan.scan import Scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert


def test_blocks_do_not_change_the_result(signal, counts, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_BYTES", 1)
    signal.save(tmp_path / "dummy.hspy")
    seen = []
    convert(tmp_path / "dummy.hspy", tmp_path / "out.h5", Conversion(), lambda *done: seen.append(done))
    assert seen == [(4, 12), (8, 12), (12, 12)]
    with Scan(tmp_path / "out.h5") as scan:
        np.testing.assert_array_equal(scan.patterns[()], counts)


def test_rows_are_read_along_the_chunks():
    data = da.zeros((20, 8, 64, 64), chunks=(6, 8, 64, 64), dtype=np.uint8)
    firsts = [block.first for block in module.SourcePatterns(data, Conversion(), "dummy").blocks()]
    assert firsts[0] == 0
    assert all(first % 6 == 0 for first in firsts)
