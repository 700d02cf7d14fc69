"""The state of an interrupted training."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import RunState, held, last_interrupted, states_folder

pytestmark = pytest.mark.backend


def test_nothing_interrupted_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(KerasStemError, match="no interrupted training"):
        last_interrupted()


def test_what_another_process_trains_is_not_the_last_interrupted(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("first", "second"):
        RunState(name, "scan.h5", Recipe().to_dict(), "").kept_in(states_folder()).save()
    with held(states_folder(), "second"):
        assert last_interrupted().run_id == "first"
        with held(states_folder(), "first"), pytest.raises(KerasStemError, match="no interrupted training"):
            last_interrupted()
        with pytest.raises(KerasStemError, match="Another process is training the run second"):
            held(states_folder(), "second").__enter__()
    assert last_interrupted().run_id == "second"
    last_interrupted().discard()
    last_interrupted().discard()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr("keras_stem.locks.FileLock.acquire", refuse)
    with held(tmp_path / "states", "run"), held(tmp_path / "states", "run"):
        pass
