"""What an interrupted training needs to go on: a folder that is consistent at any moment."""

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from keras_stem.environment import state_folder
from keras_stem.errors import KerasStemError, reason_of
from keras_stem.files import complete_file
from keras_stem.schema import validated
from keras_stem.versions import up_to_date, with_schema

_STATE = "state.json"


@dataclass
class RunState:
    """Where a training stands.

    Parameters
    ----------
    run_id
        Name of the run, and of its folder.
    scan
        Path of the scan.
    recipe
        As `Recipe.to_dict` gives it.
    tracking_uri
        Where the run is tracked.
    epochs
        Number of finished epochs.
    history
        Logs of each.
    best
        Lowest median disorientation on DS_Val so far, deg.
    """

    run_id: str
    scan: str
    recipe: dict[str, Any]
    tracking_uri: str = ""
    epochs: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: float | None = None

    @property
    def folder(self) -> Path:
        """The folder of the run's state."""
        return _root() / self.run_id

    @property
    def best_weights(self) -> Path:
        """File of the weights that scored best."""
        return self.folder / "best.weights.h5"

    def latest_weights(self, epochs: int) -> Path:
        """File of the weights and optimizer after some epochs."""
        return self.folder / f"epoch-{epochs:05d}.weights.h5"

    def save(self) -> None:
        """Write the state; what it names has to be written before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with complete_file(self.folder / _STATE) as partial:
            partial.write_text(json.dumps(with_schema(asdict(self))), encoding="utf-8")

    def discard(self) -> None:
        """Remove the folder: the run is finished."""
        shutil.rmtree(self.folder, ignore_errors=True)


def read_state(folder: Path) -> RunState:
    """Return the state of a training in its folder, of this version or an older one.

    Raises
    ------
    KerasStemError
        If it is of a newer version, or cannot be read.
    """
    path = folder / _STATE
    try:
        plain = validated(dict[str, Any], json.loads(path.read_text(encoding="utf-8")), path)
    except (OSError, ValueError) as error:
        raise KerasStemError(f"Cannot read the state of a training in {path}: {reason_of(error)}") from error
    return validated(RunState, up_to_date(plain, path), path)


def interrupted(run_id: str) -> RunState | None:
    """Return the state of a run that was interrupted, or None if there is none."""
    path = _root() / run_id / _STATE
    return read_state(path.parent) if path.is_file() else None


def last_interrupted() -> RunState:
    """Return the state of the training that was interrupted last.

    Raises
    ------
    KerasStemError
        If there is none.
    """
    found = sorted(_root().glob(f"*/{_STATE}"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise KerasStemError("There is no interrupted training to resume.")
    return read_state(found[-1].parent)


def _root() -> Path:
    return state_folder() / "interrupted"
