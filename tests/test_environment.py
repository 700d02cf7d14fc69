"""Folders of a user, and those in their place where there is no home."""

import os
from pathlib import Path

import pytest

from keras_stem import environment

NOWHERE = "/dev/null/home"
"""No home, and none that even root could make."""


@pytest.fixture
def homeless(monkeypatch, tmp_path):
    """No home, and a folder of temporary files of one's own."""
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", NOWHERE)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    environment._stand_in.cache_clear()
    yield tmp_path
    environment._stand_in.cache_clear()


def test_folders_of_the_user_are_taken(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert environment.cache_folder() == tmp_path / "cache" / "keras_stem"
    assert environment.state_folder() == tmp_path / "state" / "keras_stem"


def test_without_a_home_there_are_folders_that_only_the_user_may_write(homeless):
    for folder in (environment.cache_folder(), environment.state_folder()):
        assert folder.is_relative_to(homeless)
        assert folder.parent.stat().st_mode & 0o077 == 0


def test_a_folder_that_others_may_write_is_not_used(homeless):
    first = environment.cache_folder().parent
    first.chmod(0o777)
    environment._stand_in.cache_clear()
    assert environment.cache_folder().parent != first


def test_caches_of_libraries_do_not_replace_the_settings_of_the_user(homeless, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    for name in ("MPLCONFIGDIR", "KERAS_HOME"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    environment.prepare_caches()
    assert os.environ["NUMBA_CACHE_DIR"] == "mine"
    for name in ("MPLCONFIGDIR", "KERAS_HOME"):
        assert Path(os.environ[name]).is_relative_to(homeless)
