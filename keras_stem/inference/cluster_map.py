"""Application of a model to a scan by the workers of a cluster; finished blocks are kept on disk."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from keras_stem.block_store import BlockStore, blocks_of
from keras_stem.consensus.candidates import CandidateMap
from keras_stem.errors import KerasStemError
from keras_stem.inference.blocks import block_size
from keras_stem.inference.progress import blocks_progress
from keras_stem.inference.steps import Answers, InferenceSteps
from keras_stem.models.orientation_model import OrientationModel, load_keras_file
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.read_once import require_same
from keras_stem.scan.scan import Scan
from keras_stem.version import __version__

if TYPE_CHECKING:
    from distributed import Client

_CANDIDATES = ("quaternions", "phase", "correlation", "disks")


@dataclass(frozen=True)
class MapTask:
    """Prediction for positions of a scan file.

    Parameters
    ----------
    scan, model
        Paths of the scan and of the ``.keras`` file, as the workers see them.
    scan_fingerprint, model_digest
        Fingerprint of the patterns, and SHA-256 of the ``.keras`` file.
    refine, consensus
        As for `InferenceSteps`.
    """

    scan: str
    model: str
    scan_fingerprint: str
    model_digest: str
    refine: str | None
    consensus: bool

    def ready(self) -> Callable[[np.ndarray], Answers]:
        """Return the function of a block of positions, with the model loaded once."""
        model = load_keras_file(self.model)
        if _digest(self.model) != self.model_digest:
            raise KerasStemError(f"{self.model} is not the model of the client; give the command again.")
        with Scan(self.scan) as scan:
            require_same(scan, self.scan_fingerprint)
        steps = InferenceSteps(model, self.refine, self.consensus)

        def answers(positions: np.ndarray) -> Answers:
            with Scan(self.scan) as scan:
                return steps(ScanSource(scan, model.card.binning_for(scan.info.detector)).read(positions))

        return answers


def map_on_cluster(
    client: "Client",
    model: OrientationModel,
    scan: Scan,
    refine: str | None,
    consensus: bool,
    verbose: bool,
) -> tuple[Answers, BlockStore]:
    """Return the answers for all positions of a scan, and the store of the blocks, to be forgotten at last.

    Parameters
    ----------
    client
        Client of the cluster.
    model
        Model that was loaded from a file.
    scan
        Open scan.
    refine, consensus
        As for `InferenceSteps`.
    verbose
        Whether to show progress.

    Raises
    ------
    KerasStemError
        If the model was not loaded from a file, or a worker does not see it or the scan.
    """
    from keras_stem.cluster.blocks import results_of

    file = str(_file_of(model))
    known = scan.pattern_fingerprint, _digest(file)
    task = MapTask(str(scan.path.resolve()), file, *known, refine, consensus)
    source = ScanSource(scan, model.card.binning_for(scan.info.detector))
    store = BlockStore("mapping", _key(task), blocks_of(len(scan), block_size(source)))
    missing = store.missing
    with blocks_progress("Mapping", len(scan), verbose) as advance:
        advance(len(scan) - sum(len(store.blocks[number]) for number in missing))
        wanted = [store.blocks[number] for number in missing]
        for number, answers in zip(missing, results_of(client, task, wanted), strict=True):
            store.keep(number, _arrays(answers))
            advance(len(store.blocks[number]))
    return _answers(store.joined(), scan, model), store


def _file_of(model: OrientationModel) -> Path:
    if model.path is None or not model.path.is_file():
        raise KerasStemError("Expected a model that was loaded from a file, which the workers can load.")
    return model.path


def _digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _key(task: MapTask) -> list[object]:
    """Return all that the answers depend on."""
    return [__version__, keras.backend.backend(), asdict(task)]


def _arrays(answers: Answers) -> dict[str, np.ndarray]:
    arrays = {"euler": answers.euler}
    arrays |= {f"property {name}": values for name, values in answers.properties.items()}
    if answers.candidates is not None:
        arrays |= {f"candidate {name}": getattr(answers.candidates, name) for name in _CANDIDATES}
    return arrays


def _answers(arrays: dict[str, np.ndarray], scan: Scan, model: OrientationModel) -> Answers:
    kinds: dict[str, dict[str, np.ndarray]] = {"property": {}, "candidate": {}}
    euler = arrays.pop("euler")
    for key, values in arrays.items():
        kind, name = key.split(" ", 1)
        kinds[kind][name] = values
    found = kinds["candidate"]
    candidates = CandidateMap(scan.info.shape, [model.card.load_phase()], **found) if found else None
    return Answers(euler, kinds["property"], candidates)
