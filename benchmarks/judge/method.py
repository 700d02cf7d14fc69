"""Methods: how the judge asks a program for the orientations of patterns, and what it gets."""

import inspect
import json
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

import keras_stem
from judge import crystals
from judge.environments import HERE, checked, digest, run_program, work_folder
from judge.test_set import Patterns, TestSet
from keras_stem.files import complete_file


@dataclass(frozen=True)
class Answers:
    """Answers of a method to n patterns.

    Parameters
    ----------
    matrices
        Orientations, lab to crystal, shape (n, 3, 3); NaN where the method gives none.
    confidence
        Larger where the method is surer, shape (n,); NaN if it does not tell.
    bound
        Stated bound of 68 % of the errors, shape (n,), in degrees; NaN if the method states none.
    seconds
        Time for the patterns without imports and compilation; banks of templates are included where the
        program makes them in the same call.
    memory
        Peak memory of the largest process (MiB); NaN if it is that of the process which asks.
    phase
        Index of the crystal of each answer, shape (n,); None of a method that takes one crystal.
    """

    matrices: np.ndarray
    confidence: np.ndarray
    bound: np.ndarray
    seconds: float
    memory: float
    phase: np.ndarray | None = None


class Method(ABC):
    """A way to index patterns.

    Attributes
    ----------
    name
        Name in the table.
    settings
        Statement of its settings, and of the command that trains it, if it is trained.
    largest
        Largest number of patterns that it is asked about; scans are asked about as a whole.
    takes_phases
        Whether it is asked about several crystals at once here.
    states_bounds
        Whether it states a bound of each error.
    """

    name: ClassVar[str]
    settings: ClassVar[str]
    largest: ClassVar[int] = 4000
    takes_phases: ClassVar[bool] = False
    states_bounds: ClassVar[bool] = False

    @abstractmethod
    def answer(self, test_set: TestSet, patterns: Patterns) -> Answers:
        """Return the answers; `matrices` of the patterns are for scores, not for methods."""

    def sources(self, test_set: TestSet) -> list[bytes]:
        """Return what determines the answers beside the patterns and the settings: its own module."""
        return [inspect.getsource(inspect.getmodule(type(self))).encode()]

    def refuses(self, test_set: TestSet) -> str:
        """Return why the method cannot be asked about a set; "" if it can."""
        if len(test_set.crystals) > 1 and not self.takes_phases:
            return "takes one crystal here"
        return "states no bound" if test_set.needs_bounds and not self.states_bounds else ""


def in_own_process(method: Method, test_set: TestSet, patterns: Patterns, seed: int) -> Answers:
    """Return the answers of a method that runs in a process of its own, kept for the next run.

    Parameters
    ----------
    method, test_set
        Method and test set.
    patterns
        The patterns of the set, of which the method gets at most its `largest`.
    seed
        Seed of the patterns.

    Raises
    ------
    KerasStemError
        If the process fails.
    """
    asked = len(patterns.counts) if test_set.shape else min(len(patterns.counts), method.largest)
    given = patterns.first(asked)
    key = digest(given.counts.tobytes(), method.settings.encode(), *method.sources(test_set))
    name = f"{test_set.name}-{asked}-{seed}-{method.name.replace(' ', '_')}-{key}.npz"
    path = work_folder() / "answers" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        with complete_file(path) as partial:
            job = [method.name, test_set.name, len(patterns.counts), asked, seed, str(partial)]
            command = [sys.executable, "-W", "ignore", "-m", "judge.answer", json.dumps(job)]
            checked(command, method.name, cwd=HERE.parent)
    with np.load(path) as file:
        arrays = dict(file)
    seconds, memory = float(arrays.pop("seconds")), float(arrays.pop("memory"))
    return Answers(**arrays, seconds=seconds, memory=memory)


class Stopwatch:
    """Measures the seconds of a block."""

    seconds = 0.0

    def __enter__(self) -> "Stopwatch":
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_) -> None:
        self.seconds = time.perf_counter() - self._start


def unknown(count: int) -> np.ndarray:
    """Return what a method does not tell of n patterns."""
    return np.full(count, np.nan)


def scan_path(test_set: TestSet, patterns: Patterns) -> Path:
    """Return a new scan file of keras_stem with patterns, in the folder of the process."""
    from keras_stem.scan.metadata import ScanInfo
    from keras_stem.scan.writing import create_scan

    instrument = test_set.instrument
    path, count = Path(f"{test_set.name}.h5"), len(patterns.counts)
    whole = test_set.shape is not None and np.prod(test_set.shape) == count
    rows, columns = shape = test_set.shape if whole else (1, count)
    info = ScanInfo(test_set.name, shape, instrument.detector, (1.0, 1.0), "nm", beam=instrument.beam)
    with create_scan(path, info, np.uint16) as writer:
        writer.write_rows(0, patterns.counts.reshape(rows, columns, *patterns.counts.shape[1:]))
    return path


def given_to_program(test_set: TestSet, patterns: Patterns) -> dict[str, np.ndarray]:
    """Return what scripts of other programs need to index patterns."""
    instrument = test_set.instrument
    known = {
        "pixel_size": instrument.detector.pixel_size,
        "disk_radius": instrument.disk_radius,
        "convergence_angle": instrument.beam.convergence_angle,
        "precession_angle": instrument.beam.precession_angle,
        "beam_energy": instrument.beam.energy,
        "radius": instrument.detector.reciprocal_radius,
    }
    arrays = {name: np.array(value) for name, value in known.items()}
    return {**crystals.arrays(test_set.crystal), "patterns": patterns.counts, **arrays}


def own_sources() -> list[bytes]:
    """Return the code of keras_stem, which determines the answers of its methods."""
    folder = Path(keras_stem.__file__).parent
    return [path.read_bytes() for path in sorted(folder.rglob("*.py"))]


def asked_in_program(program: str, script: str, given: dict[str, np.ndarray]) -> Answers:
    """Return the answers of a script of another program."""
    run = run_program(program, script, given)
    matrices = run.made["matrices"]
    confidence = run.made.get("confidence", unknown(len(matrices)))
    return Answers(matrices, confidence, unknown(len(matrices)), run.seconds, run.memory)
