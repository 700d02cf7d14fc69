"""Application of a model to every position of a scan."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.block_store import BlockStore
from keras_stem.crystal.axes import require_relation
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.map_phases import in_axes_of
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.inference.blocks import map_blocks
from keras_stem.inference.cluster_map import map_on_cluster
from keras_stem.inference.progress import progress_of_unknown
from keras_stem.inference.steps import Answers, InferenceSteps
from keras_stem.io.map_grid import crystal_map
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True)
class Prediction:
    """Predicted map and, if the scan has labels of the same phase, the comparison with them.

    Parameters
    ----------
    euler
        Bunge Euler angles in radians, shape (n, 3); they may lie slightly outside the fundamental ranges.
    crystal_map
        Predicted orientations. The properties are Q and R of the labels and, if available, "uncertainty" and
        "uncertainty_95" (68 and 95 % bounds of the error, degrees), "reliability" (0 to 100), "agreement"
        (with the expected spots, up to 100) and "out_of_distribution" (1 for patterns outside the training
        distribution, only if the model is trained sufficiently, or that refined orientations do not explain);
        with a consensus, also those of `keras_stem.consensus.statement.properties_of`.
    labels
        Labels of the scan, or None.
    disorientation
        Disorientation between prediction and labels (degrees), shape (n,), or None.
    blocks
        Kept blocks of the work of a cluster; None without one.
    """

    euler: np.ndarray
    crystal_map: CrystalMap
    labels: CrystalMap | None
    disorientation: np.ndarray | None
    blocks: BlockStore | None = None

    def forget_blocks(self) -> None:
        """Delete the kept blocks of the work of a cluster, after the map is written."""
        if self.blocks:
            self.blocks.forget()

    def property(self, name: str) -> np.ndarray | None:
        """Return a property of the map, shape (n,), or None if the map does not have it."""
        return np.asarray(self.crystal_map.prop[name]) if name in self.crystal_map.prop else None


def predict_map(
    model: OrientationModel,
    scan: Scan,
    verbose: bool = False,
    refine: str | None = None,
    phase: Phase | None = None,
    consensus: bool = False,
    client: "Client | None" = None,
) -> Prediction:
    """Predict the orientation at every position of a scan; patterns are streamed.

    Parameters
    ----------
    model
        Orientation model.
    scan
        Open scan.
    verbose
        Whether to show progress.
    refine
        Refinement, as for `InferenceSteps`.
    phase
        Phase, of the same crystal as that of the model, to whose axes the orientations refer.
    consensus
        Whether neighbours decide between the refined candidates of each position; needs a refinement.
    client
        Client of a Dask cluster whose workers, which see the scan and the model under the same paths, do the
        work; None for this process. Finished blocks stay on disk until `Prediction.forget_blocks`.

    Returns
    -------
    Prediction

    Raises
    ------
    KerasStemError
        If the model does not apply to the patterns, they cannot be read, or refinement is requested and the
        phase cannot be simulated; or if the phase, or that of the labels, is a different crystal from that
        of the model.
    """
    own = model.card.load_phase()
    phase = phase or own
    to_phase = require_relation(own, phase)
    scan.require_signal()
    labels = in_axes_of(phase, scan.labels) if scan.has_labels else None
    answers, blocks = _answers(model, scan, refine, consensus, to_phase, verbose, client)
    rotations, euler = _in_axes(answers.euler, to_phase)
    info, properties = scan.info, {**_qualities(labels), **answers.properties}
    found = crystal_map(rotations, phase, info.shape, info.steps, info.unit, properties)
    return Prediction(euler, found, labels, _errors(rotations, labels, phase), blocks)


def _answers(
    model: OrientationModel,
    scan: Scan,
    refine: str | None,
    consensus: bool,
    to_phase: Rotation,
    verbose: bool,
    client: "Client | None",
) -> tuple[Answers, BlockStore | None]:
    """Return the answers for all positions, and the kept blocks of a cluster.

    Alternatives of a consensus are in the axes of the map.
    """
    source = ScanSource(scan, model.card.binning_for(scan.info.detector))
    steps, positions = InferenceSteps(model, refine, consensus), np.arange(len(scan))
    store = None
    if client is None:
        blocks = map_blocks(lambda _, patterns: steps(patterns), source, positions, verbose=verbose)
        answers = Answers.joined(blocks)
    else:
        answers, store = map_on_cluster(client, model, scan, refine, consensus, verbose)
    if consensus:
        with progress_of_unknown("Consensus", verbose) as progress:
            answers = steps.agree(answers, source, scan.info.shape, to_phase, progress)
    return answers, store


def _in_axes(euler: np.ndarray, to_phase: Rotation) -> tuple[Rotation, np.ndarray]:
    """Return the orientations in the axes of the phase, and their angles: the given ones if those agree."""
    rotations = Rotation.from_euler(euler.astype(float))
    if np.allclose(to_phase.angle, 0):
        return rotations, euler
    rotations = to_phase * rotations
    return rotations, euler_of(rotations)


def _errors(rotations: Rotation, labels: CrystalMap | None, phase: Phase) -> np.ndarray | None:
    """Return the disorientation from the labels (degrees), or None without labels."""
    if labels is None:
        return None
    return np.rad2deg(disorientation(rotations, labels.rotations, proper_point_group(phase)))


def _qualities(labels: CrystalMap | None) -> dict[str, np.ndarray]:
    """Return Q and R of the labels, if they have them."""
    return {} if labels is None else {name: labels.prop[name] for name in "QR" if name in labels.prop}
