"""Environments of the other programs, and runs of their scripts there."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_stem.environment import cache_folder
from keras_stem.errors import KerasStemError
from keras_stem.files import complete_file

HERE = Path(__file__).parent


def work_folder() -> Path:
    """Return the folder that keeps environments, test sets and answers between runs."""
    folder = Path(os.environ.get("KERAS_STEM_JUDGE", cache_folder() / "judge")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def digest(*contents: bytes) -> str:
    """Return a digest that names kept results by all that determines them."""
    known = hashlib.sha256()
    for content in contents:
        known.update(hashlib.sha256(content).digest())
    return known.hexdigest()[:16]


@dataclass(frozen=True)
class Run:
    """Result of a script of another program.

    Parameters
    ----------
    made
        Arrays that the script wrote.
    seconds
        Duration as measured by the script, or by the clock if it does not state one.
    memory
        Peak memory of the largest process (MiB); NaN if the script does not state it.
    """

    made: dict[str, np.ndarray]
    seconds: float
    memory: float


def python_of(program: str) -> Path:
    """Return the interpreter of a program's environment, which is made from its locked requirements.

    Parameters
    ----------
    program
        Name of a file in the folder ``requirements``, without its suffix.

    Raises
    ------
    KerasStemError
        If the environment cannot be made, for instance without a network.
    """
    locked = _locked(program)
    name = f"{program}-{hashlib.sha256(locked.read_bytes()).hexdigest()[:12]}"
    folder = work_folder() / "environments" / name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Making the environment of {program} (once) ...", flush=True)
        install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", locked]
        for command in ([sys.executable, "-m", "venv", folder], install):
            if subprocess.run(command, check=False).returncode:
                raise KerasStemError(f"The environment of {program} cannot be made from {locked}.")
        (folder / "complete").touch()
    return python


def run_program(program: str, script: str, given: dict[str, np.ndarray], keep: bool = True) -> Run:
    """Run a script of the folder ``programs`` on arrays, unless its result is kept from an earlier run.

    Parameters
    ----------
    program
        Environment of the script.
    script
        Name of the script without its suffix. It is called with the files of the given and the made arrays.
    given
        Arrays for the script. The made arrays ``seconds`` and ``memory`` are the duration of its work without
        imports, and its peak memory (MiB).
    keep
        Whether the result is kept for the next run.

    Raises
    ------
    KerasStemError
        If the script fails.
    """
    made = work_folder() / "made" / f"{script}-{digest(*sources(program, script), *_bytes(given))}.npz"
    if made.exists():
        with np.load(made) as file:
            arrays = dict(file)
    else:
        arrays = _made(program, script, given)
        if keep:
            made.parent.mkdir(exist_ok=True)
            save(made, arrays)
    return Run(arrays, float(arrays.pop("seconds")), float(arrays.pop("memory")))


def _made(program: str, script: str, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays that a script writes."""
    source = HERE / "programs" / f"{script}.py"
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder, "given.npz"), Path(folder, "made.npz")
        np.savez(inputs, **given)
        command = [python_of(program), "-W", "ignore", source, inputs, outputs]
        start = time.perf_counter()
        checked(command, source.name, env=os.environ | limits)
        elapsed = time.perf_counter() - start
        with np.load(outputs) as file:
            return {"seconds": np.array(elapsed), "memory": np.array(np.nan), **file}


def save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays to a file that appears complete or not at all."""
    with complete_file(path) as partial, partial.open("wb") as file:
        np.savez(file, **arrays)


def checked(command: list[str | Path], name: str, **options: Any) -> None:
    """Run a command without its output.

    Raises
    ------
    KerasStemError
        If it fails, with the last line of its messages.
    """
    job = subprocess.run(
        list(map(str, command)),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    if job.returncode:
        last = (job.stderr.strip().splitlines() or ["no message"])[-1]
        raise KerasStemError(f"{name} ended with status {job.returncode}: {last[:200]}")


def sources(program: str, script: str) -> list[bytes]:
    """Return the code and the locked requirements, which determine a result beside the given arrays."""
    names = (script, "spot_files", "peak_memory")
    return [
        *((HERE / "programs" / f"{name}.py").read_bytes() for name in names),
        _locked(program).read_bytes(),
    ]


def _locked(program: str) -> Path:
    return HERE / "requirements" / f"{program}.txt"


def _bytes(given: dict[str, np.ndarray]) -> list[bytes]:
    """Return names, types and values of arrays."""
    arrays = {name: np.ascontiguousarray(given[name]) for name in sorted(given)}
    return [f"{name} {one.dtype} {one.shape}".encode() + one.tobytes() for name, one in arrays.items()]
