"""Backends and settings of Keras that cannot be used."""

import pytest

from keras_stem.cli.backend import require_backend
from keras_stem.errors import KerasStemError


def test_a_backend_that_does_not_exist(bare, scan_path):
    done = bare("evaluate", scan_path, KERAS_BACKEND="tensorfow")
    assert done.returncode == 1
    assert "tensorflow, jax, torch" in done.stderr and "'tensorfow' in KERAS_BACKEND" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_backend_in_the_settings_of_keras_that_does_not_exist(bare, scan_path, tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "theano"}')
    done = bare("evaluate", scan_path, KERAS_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "'theano' in" in done.stderr and "keras.json" in done.stderr


def test_a_backend_is_checked_before_anything_is_done(bare):
    done = bare("quickstart", KERAS_BACKEND="tensorfow")
    assert done.returncode == 1
    assert list(bare.folder.iterdir()) == []


def test_settings_that_keras_refuses(bare, scan_path, tmp_path):
    (tmp_path / "keras.json").write_text('{"floatx": "float8"}')
    done = bare("map", scan_path, KERAS_HOME=str(tmp_path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"Keras rejects the settings in {tmp_path / 'keras.json'}" in done.stderr


def test_a_backend_that_is_not_installed(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(KerasStemError, match=r"jax .*KERAS_BACKEND.*pip install 'keras_stem\[jax\]'"):
        require_backend()
