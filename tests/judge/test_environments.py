"""Scripts of other programs: their results are kept, and their failures are told."""

import sys
from pathlib import Path

import numpy as np
import pytest

from judge import environments
from judge.environments import run_program
from keras_stem.errors import KerasStemError

DOUBLES = """
import sys
import numpy as np
given = np.load(sys.argv[1])
if given["values"].sum() < 0:
    raise SystemExit("first line\\nExpected positive values.")
with open({calls!r}, "a") as file:
    file.write("x")
np.savez(sys.argv[2], values=2 * given["values"])
"""


@pytest.fixture
def calls(tmp_path, monkeypatch) -> Path:
    """Return a file with a character for each call of the script "doubles" of the program "other"."""
    calls = tmp_path / "calls"
    calls.touch()
    for folder, name, text in (
        ("programs", "doubles.py", DOUBLES.format(calls=str(calls))),
        ("programs", "spot_files.py", ""),
        ("programs", "peak_memory.py", ""),
        ("requirements", "other.txt", "numpy"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    monkeypatch.setattr(environments, "HERE", tmp_path)
    monkeypatch.setattr(environments, "python_of", lambda program: Path(sys.executable))
    return calls


def doubled(values):
    return run_program("other", "doubles", {"values": np.array(values)}).made["values"].tolist()


def test_results_are_kept_until_something_changes(calls):
    assert doubled([1.0, 2.0]) == doubled([1.0, 2.0]) == [2.0, 4.0]
    assert calls.read_text() == "x"
    assert doubled([1.0, 3.0]) == [2.0, 6.0]
    (environments.HERE / "requirements" / "other.txt").write_text("numpy<3")
    assert doubled([1.0, 2.0]) == [2.0, 4.0]
    assert calls.read_text() == "xxx"


def test_failures_tell_the_last_line(calls):
    with pytest.raises(KerasStemError, match=r"doubles\.py ended with status 1: Expected positive values"):
        doubled([-1.0])
    assert not list((environments.work_folder() / "made").glob("doubles-*"))
