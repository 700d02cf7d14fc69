"""The judge keeps what it makes in a folder of the test."""

import pytest


@pytest.fixture(autouse=True)
def judge_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_STEM_JUDGE", str(tmp_path / "judge"))
