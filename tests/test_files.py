"""Files and folders appear when they are complete, whatever happens to the program that writes them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.files import complete_file, complete_folder, complete_tree, file_part

KILLED = """
import os, signal, socket, sys
from keras_stem.files import complete_file, complete_folder
socket.gethostname = lambda host=socket.gethostname(): sys.argv[3] or host
with complete_file(sys.argv[1]) as file, complete_folder(sys.argv[2]) as folder:
    file.write_text("half")
    (folder / "map.h5").write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def start(tmp_path):
    """Start a program that has written half of scan.h5 and maps/; it is killed when its input ends."""
    started = []

    def start(host=""):
        command = [sys.executable, "-c", KILLED, tmp_path / "scan.h5", tmp_path / "maps", host]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout.readline() == "writing\n"
        return started[-1]

    yield start
    for program in started:
        program.communicate()


@pytest.fixture
def write(tmp_path):
    """Write both again; return what is there besides."""

    def write():
        with complete_file(tmp_path / "scan.h5") as file, complete_folder(tmp_path / "maps") as folder:
            file.write_text("whole")
            (folder / "map.h5").write_text("whole")
        whole = {tmp_path / "scan.h5", tmp_path / "maps", tmp_path / "maps" / "map.h5"}
        assert all(path.is_dir() or path.read_text() == "whole" for path in whole)
        return [path for path in tmp_path.rglob("*") if path not in whole]

    return write


def test_what_a_killed_program_left_is_removed(start, write, tmp_path):
    start().communicate()
    assert len(list(tmp_path.rglob(".partial-*"))) == 2
    assert write() == []


def test_what_a_running_program_writes_stays(start, write):
    start()
    assert len(write()) == 3


def test_what_another_machine_writes_stays(start, write):
    start(host="another").communicate()
    assert len(write()) == 3


def test_other_files_of_a_killed_program_stay(start, tmp_path):
    start().communicate()
    with complete_file(tmp_path / "other.h5") as file:
        file.write_text("whole")
    assert len(list(tmp_path.rglob(".partial-*"))) == 2


@pytest.mark.parametrize("letter", ["a", "é", "鉄", "\U0001d6fc"])
def test_long_names_fit_into_the_name_of_a_file(letter, tmp_path):
    first, second = (file_part(letter * 300 + ending) for ending in "12")
    assert first != second
    for part in (first, second):
        (tmp_path / f"pole_figure_{part}-12.png").touch()
        assert part.startswith(letter * 20)
    assert file_part(f"{letter * 20} (x)") == f"{letter * 20}_x_"


@pytest.fixture
def tree(tmp_path):
    """A folder from before."""
    (tmp_path / "store" / "chunks").mkdir(parents=True)
    (tmp_path / "store" / "chunks" / "0").write_text("before")
    return tmp_path / "store"


def test_a_tree_replaces_the_whole_folder(tree):
    with complete_tree(tree, lambda path: None) as partial:
        (partial / "other").write_text("after")
        assert (tree / "chunks" / "0").read_text() == "before"
    assert list(tree.iterdir()) == [tree / "other"]
    assert list(tree.parent.iterdir()) == [tree]


def test_a_tree_that_fails_leaves_the_folder(tree):
    with (
        pytest.raises(KerasStemError, match=r"Cannot write .*store: No space left\."),
        complete_tree(tree, lambda path: None) as partial,
    ):
        (partial / "other").write_text("after")
        raise OSError(28, "No space left")
    assert (tree / "chunks" / "0").read_text() == "before"
    assert list(tree.parent.iterdir()) == [tree]


def test_a_folder_comes_back_if_it_cannot_be_exchanged(tree, monkeypatch):
    replace = Path.replace

    def refuse(path, target):
        if Path(target) == tree and "-before" not in path.name:
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(KerasStemError, match="Input/output error"), complete_tree(tree, lambda path: None):
        pass
    assert (tree / "chunks" / "0").read_text() == "before"
    assert list(tree.parent.iterdir()) == [tree]


def test_a_tree_of_a_killed_program_is_removed(tree):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with complete_tree(tree, lambda path: None) as partial:
        left = partial.name.replace(str(os.getpid()), str(gone.pid))
        (tree.parent / left / "chunks").mkdir(parents=True)
    with complete_tree(tree, lambda path: None):
        assert not (tree.parent / left).exists()
