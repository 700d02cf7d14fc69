"""Machines that are not set up as one's own: no home, nothing installed that can be written, any terminal."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import numba
import pytest

import keras_stem

NOWHERE = "/dev/null/home"
"""No home, and none that even root could make."""


@pytest.fixture(scope="module")
def read_only() -> list[str]:
    """The beginning of a command that runs with the installation read-only, where the system allows it."""
    folders = {Path(numba.__file__).parents[1], Path(keras_stem.__file__).parents[1], Path(sys.prefix)}
    quoted = " ".join(shlex.quote(str(folder)) for folder in folders)
    mount = f'for f in {quoted}; do mount --bind "$f" "$f" && mount -o remount,bind,ro "$f" || exit 77; done'
    prefix = ["unshare", "--map-root-user", "--mount", "sh", "-c", f'{mount}; exec "$@"', "sh"]
    try:
        works = subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    if not works:
        pytest.skip("this system lets nobody mount folders of their own")
    return prefix


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_quickstart_without_a_home_where_nothing_can_be_written(bare, read_only):
    done = bare("quickstart", "--max-epochs", "1", prefix=read_only, HOME=NOWHERE, LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert "registered as models:/LiNiO2/1" in done.stdout
    assert (bare.folder / "quickstart" / "map.h5").is_file()


@pytest.mark.slow
def test_without_a_home_where_nothing_can_be_written(bare, read_only, own_scan):
    for command in (("info", own_scan), ("label", "match", own_scan, "--resolution", "10")):
        done = bare(*command, prefix=read_only, HOME=NOWHERE)
        assert done.returncode == 0, done.stderr
    assert not (bare.folder / "~").exists()


def test_nothing_at_all_can_be_written(read_only, own_scan):
    nowhere = "import tempfile; tempfile._candidate_tempdir_list = lambda: []"
    program = f"{nowhere}; from keras_stem.cli.main import main; main()"
    command = [*read_only, sys.executable, "-c", program, "info", str(own_scan)]
    environment = {"PATH": os.environ["PATH"], "HOME": NOWHERE}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "set HOME or TMPDIR" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_terminals_and_paths_of_any_script(bare, own_scan, environment):
    own_scan.rename(bare.folder / "größe 1.h5")
    for command in (
        ("info", "größe 1.h5"),
        ("convert", "größe 1.h5", "変換.h5"),
        ("virtual", "größe 1.h5", "--out", "изображения"),
        ("export", "größe 1.h5", "ü.ang"),
    ):
        done = bare(*command, **environment)
        assert done.returncode == 0, done.stderr
    assert {"変換.h5", "изображения", "ü.ang"} <= {path.name for path in bare.folder.iterdir()}


def test_a_setting_under_which_python_knows_no_such_paths(bare, own_scan):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    own_scan.rename(bare.folder / "größe.h5")
    assert bare("export", "größe.h5", "map.ang", **plain).returncode == 0
    done = bare("export", "größe.h5", "ö.h5", **plain)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "set PYTHONUTF8=1" in done.stderr
    assert {path.name for path in bare.folder.iterdir()} == {"größe.h5", "map.ang"}
