"""The default network of keras_stem, trained on simulated patterns alone, with and without refinement."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from judge import crystals
from judge.environments import work_folder
from judge.method import Answers, Method, Stopwatch, own_sources, scan_path, unknown
from judge.test_set import Patterns, TestSet

EPOCHS = 12
"""Epochs of 40,000 simulated patterns."""


class Network(Method):
    """``kstem map`` with one way of refinement.

    Parameters
    ----------
    name, settings
        Attributes of the method.
    refine
        Refinement as in `keras_stem.inference.scan_map.predict_map`.
    """

    states_bounds = True

    def __init__(self, name: str, settings: str, refine: str | None):
        self.name, self.settings, self._refine = name, settings, refine

    def refuses(self, test_set: TestSet) -> str:
        if len(test_set.crystals) > 1 or model_file(test_set).exists():
            return super().refuses(test_set)
        return "no network is trained for it; `python -m judge train` trains what is missing"

    def sources(self, test_set: TestSet) -> list[bytes]:
        return [*super().sources(test_set), *own_sources(), model_file(test_set).read_bytes()]

    def answer(self, test_set: TestSet, patterns: Patterns) -> Answers:
        from keras_stem.crystal.rotations import first_rotations
        from keras_stem.inference.scan_map import predict_map
        from keras_stem.models.orientation_model import load_keras_file
        from keras_stem.scan.scan import Scan

        model = load_keras_file(model_file(test_set))
        with Scan(scan_path(test_set, patterns.first(200))) as scan:
            predict_map(model, scan, refine=self._refine)  # compiles
        with Scan(scan_path(test_set, patterns)) as scan, Stopwatch() as whole:
            found = predict_map(model, scan, refine=self._refine).crystal_map
        bound = found.prop.get("uncertainty", unknown(found.size))
        return Answers(
            first_rotations(found).to_matrix(), -np.asarray(bound), np.asarray(bound), whole.seconds, np.nan
        )


def model_file(test_set: TestSet) -> Path:
    """Return the file of the network for the crystal and the instrument of a test set."""
    beam = test_set.instrument.beam
    name = f"{Path(test_set.crystal).stem}-{test_set.pixels}px-{beam.precession_angle:g}deg.keras"
    return work_folder() / "models" / name


def train(test_set: TestSet) -> None:
    """Train the network for a test set, unless there is one, by the command that `TRAINING` states."""
    path = model_file(test_set)
    if path.exists():
        return
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    empty = np.zeros((1, test_set.pixels, test_set.pixels), np.uint16)
    with contextlib.chdir(folder):
        like = folder / scan_path(test_set, Patterns(empty, np.eye(3)[None]))
    kstem = str(Path(sys.executable).with_name("kstem"))
    structure = str(crystals.cif(test_set.crystal))
    command = [kstem, "fit", "--simulate", structure, "--like", str(like), "--max-epochs", str(EPOCHS)]
    print(" ".join(command), flush=True)
    subprocess.run(
        command,
        check=True,
        cwd=folder,
        env=os.environ | {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/store.db"},
    )
    newest = max(folder.rglob("*.keras"), key=lambda file: file.stat().st_mtime)
    newest.rename(path)


TRAINING = f"`kstem fit --simulate FILE --like SCAN --max-epochs {EPOCHS}`"

METHODS = (
    Network("keras_stem network", f"{TRAINING}, `kstem map`", None),
    Network("keras_stem refined", f"{TRAINING}, `kstem map --refine`", "quick"),
    Network("keras_stem thorough", f"{TRAINING}, `kstem map --thorough`", "thorough"),
)
