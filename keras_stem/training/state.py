"""State from which an interrupted training resumes, in a folder that is consistent at any time."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from keras_stem.environment import state_folder
from keras_stem.errors import KerasStemError, reason_of
from keras_stem.files import complete_file
from keras_stem.locks import locked
from keras_stem.schema import validated
from keras_stem.versions import up_to_date, with_schema

_STATE = "state.json"


@dataclass
class RunState:
    """State of a training.

    Parameters
    ----------
    run_id
        Identifier of the run, which also names its folder.
    scan
        Path of the scan.
    recipe
        Recipe as returned by `Recipe.to_dict`.
    tracking_uri
        URI of the MLflow store in which the run is tracked.
    epochs
        Number of finished epochs.
    history
        Logs of each finished epoch.
    best
        Lowest geometric mean disorientation on DS_Val so far (degrees).
    """

    run_id: str
    scan: str
    recipe: dict[str, Any]
    tracking_uri: str = ""
    epochs: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: float | None = None

    def __post_init__(self):
        self.states = states_folder()

    def kept_in(self, states: Path) -> "RunState":
        """Return the state, whose folder is in another one than those of the user's trainings."""
        self.states = states
        return self

    @property
    def folder(self) -> Path:
        """Folder of the state of the run."""
        return self.states / self.run_id

    @property
    def best_weights(self) -> Path:
        """Path of the weights with the best score."""
        return self.folder / "best.weights.h5"

    def latest_weights(self, epochs: int) -> Path:
        """Return the path of the weights and the optimizer state after a number of epochs."""
        return self.folder / f"epoch-{epochs:05d}.weights.h5"

    def save(self) -> None:
        """Write the state; the files that it names have to be written first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with complete_file(self.folder / _STATE) as partial:
            partial.write_text(json.dumps(with_schema(asdict(self))), encoding="utf-8")

    def discard(self) -> None:
        """Remove the folder of a finished run, and its lock."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # Windows keeps it while it is locked
            _lock(self.states, self.run_id).unlink()


def read_state(folder: Path) -> RunState:
    """Read the state of a training from its folder, written by this version or an older one.

    Raises
    ------
    KerasStemError
        If it was written by a newer version, or cannot be read.
    """
    path = folder / _STATE
    try:
        plain = validated(dict[str, Any], json.loads(path.read_text(encoding="utf-8")), path)
    except (OSError, ValueError) as error:
        raise KerasStemError(f"Cannot read the state of a training in {path}: {reason_of(error)}") from error
    return validated(RunState, up_to_date(plain, path), path)


@contextlib.contextmanager
def held(states: Path, run_id: str) -> Iterator[None]:
    """Keep other processes from training a run in the context.

    Parameters
    ----------
    states
        Folder of the states of interrupted trainings.
    run_id
        Identifier of the run.

    Raises
    ------
    KerasStemError
        If another process is training it.
    """
    with locked(_lock(states, run_id)) as free:
        if not free:
            raise KerasStemError(f"Another process is training the run {run_id}.")
        yield


def _lock(states: Path, run_id: str) -> Path:
    return states.parent / "locks" / f"{run_id}.lock"


def interrupted(run_id: str) -> RunState | None:
    """Return the state of an interrupted run, or None if there is none."""
    path = states_folder() / run_id / _STATE
    return read_state(path.parent) if path.is_file() else None


def last_interrupted() -> RunState:
    """Return the state of the most recently interrupted training that no process is training.

    Raises
    ------
    KerasStemError
        If there is none.
    """
    found = sorted(states_folder().glob(f"*/{_STATE}"), key=lambda path: path.stat().st_mtime)
    for path in reversed(found):
        with locked(_lock(states_folder(), path.parent.name)) as free:
            if free:
                return read_state(path.parent)
    raise KerasStemError("There is no interrupted training to resume.")


def states_folder() -> Path:
    """Return the folder of the states of interrupted trainings."""
    return state_folder() / "interrupted"
