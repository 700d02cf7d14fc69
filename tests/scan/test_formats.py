"""Options of readers for single formats."""

import numpy as np
import pytest
from instrument_files import merlin

from keras_stem.errors import KerasStemError
from keras_stem.scan.formats import plan_for


def test_most_readers_need_no_options(tmp_path):
    plan = plan_for("DigitalMicrograph", tmp_path, False)
    assert (plan.options, plan.notes, plan.change(["signal"])) == ({}, (), ["signal"])
    assert plan_for("ZSPY", tmp_path, False).options == {"mode": "r"}


def test_merlin_patterns_in_given_rows_are_read_as_a_stack(rng, tmp_path):
    merlin()(tmp_path / "a.mib", rng.integers(0, 200, (3, 4, 12, 12)).astype(np.uint8))
    [count] = plan_for("QuantumDetector", tmp_path / "a.mib", True).options["navigation_shape"]
    assert count >= 2**31


def test_raw_merlin_patterns_are_not_read(tmp_path):
    (tmp_path / "a.mib").write_bytes(b"MQ1,000001,00384,01,0256,0256,R64,1x1")
    with pytest.raises(KerasStemError, match=r"a\.mib holds raw Merlin patterns"):
        plan_for("QuantumDetector", tmp_path / "a.mib", False)
