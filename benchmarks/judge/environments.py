"""Environments of the other programs, and runs of their scripts there."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_stem.environment import cache_folder
from keras_stem.errors import KerasStemError

HERE = Path(__file__).parent


def work_folder() -> Path:
    """Return the folder that keeps environments, test sets and answers between runs."""
    folder = Path(os.environ.get("KERAS_STEM_JUDGE", cache_folder() / "judge"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Run:
    """Result of a script of another program.

    Parameters
    ----------
    made
        Arrays that the script wrote.
    seconds
        Duration of the script as measured by itself, or by the clock when it does not tell.
    memory
        Peak memory of the process (MiB).
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
    locked = HERE / "requirements" / f"{program}.txt"
    digest = hashlib.sha256(locked.read_bytes()).hexdigest()[:12]
    folder = work_folder() / "environments" / f"{program}-{digest}"
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
        Arrays for the script. A made array ``seconds`` is the duration of its work without imports.
    keep
        Whether the result is kept for the next run.

    Raises
    ------
    KerasStemError
        If the script fails.
    """
    source = HERE / "programs" / f"{script}.py"
    made = work_folder() / "made" / f"{script}-{_digest(source, given)}.npz"
    if not made.exists():
        made.parent.mkdir(exist_ok=True)
        _call([str(python_of(program)), "-W", "ignore", str(source)], given, made)
    with np.load(made) as file:
        arrays = {name: file[name] for name in file.files}
    if not keep:
        made.unlink()
    return Run(arrays, float(arrays.pop("seconds")), float(arrays.pop("memory")))


def _call(command: list[str], given: dict[str, np.ndarray], made: Path) -> None:
    """Run a command on two files of arrays; the made one appears complete or not at all."""
    inputs, outputs = made.with_suffix(".given.npz"), made.with_suffix(".part.npz")
    np.savez(inputs, **given)
    start = time.perf_counter()
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    with subprocess.Popen(
        [*command, inputs, outputs], stdout=subprocess.DEVNULL, env=os.environ | limits
    ) as job:
        _, status, usage = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
    inputs.unlink()
    if job.returncode:
        raise KerasStemError(f"{Path(command[-1]).name} failed with status {job.returncode}.")
    with np.load(outputs) as file:
        arrays = {name: file[name] for name in file.files}
    outputs.unlink()
    arrays.setdefault("seconds", np.array(time.perf_counter() - start))
    arrays["memory"] = np.array(usage.ru_maxrss / 1024)
    np.savez(outputs, **arrays)
    outputs.rename(made)


def _digest(source: Path, given: dict[str, np.ndarray]) -> str:
    """Return a digest of a script and the arrays given to it."""
    known = hashlib.sha256(source.read_bytes())
    for name in sorted(given):
        array = np.ascontiguousarray(given[name])
        known.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
    return known.hexdigest()[:16]
