"""Patterns of a scan are read in any order."""

import numpy as np
from plain_scans import write

from keras_stem.scan.scan import Scan


def test_patterns_come_back_in_any_order(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    order = rng.permutation(120)[:50]
    with Scan(path) as scan:
        np.testing.assert_array_equal(scan.read(order), patterns.reshape(120, 64, 64)[order])
        assert scan.read(np.array([], int)).shape == (0, 64, 64)


def test_fingerprint_follows_the_content(tmp_path, patterns):
    prints = []
    for change in (0, 0, 1):
        path = tmp_path / f"{len(prints)}.h5"
        write(path, patterns + np.uint16(change))
        with Scan(path) as scan:
            prints.append(scan.fingerprint)
    assert prints[0] == prints[1] != prints[2]
