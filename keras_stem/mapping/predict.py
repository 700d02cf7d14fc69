"""A model applied to every position of a scan."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.labels import crystal_map, single_phase
from keras_stem.scan.scan import Scan
from keras_stem.training.predict import predict


@dataclass(frozen=True)
class Prediction:
    """A predicted map and, where the scan has labels of the same phase, what they say.

    Parameters
    ----------
    euler
        As the model gives them, shape (n, 3), radians; they may lie a little outside the usual ranges.
    crystal_map
        The predicted orientations, with the labels' Q and R as properties.
    labels
        The labels of the scan, or None.
    disorientation
        Of prediction and labels, shape (n,), deg, or None.
    """

    euler: np.ndarray
    crystal_map: CrystalMap
    labels: CrystalMap | None
    disorientation: np.ndarray | None


def predict_map(model: OrientationModel, scan: Scan, verbose: bool = False) -> Prediction:
    """Predict the orientation at every position of a scan.

    Patterns are streamed, so that memory does not grow with the scan.

    Parameters
    ----------
    model
        The model.
    scan
        The open scan.
    verbose
        Whether to show progress.

    Returns
    -------
    Prediction

    Raises
    ------
    KerasStemError
        If the model was not made for such patterns, or they cannot be read.
    """
    phase = model.card.load_phase()
    source = ScanSource(scan, model.card.binning_for(scan.info.detector))
    scan.require_signal()
    labels = _comparable_labels(scan, phase.name)
    with source.plain_errors():
        euler = predict(model, source, np.arange(len(scan)), verbose)
    rotations = Rotation.from_euler(euler.astype(float))
    qualities = {} if labels is None else {name: labels.prop[name] for name in "QR" if name in labels.prop}
    info = scan.info
    found = crystal_map(rotations, phase, info.shape, info.step, info.unit, qualities)
    if labels is None:
        return Prediction(euler, found, None, None)
    angles = disorientation(rotations, labels.rotations, proper_point_group(phase))
    return Prediction(euler, found, labels, np.rad2deg(angles))


def _comparable_labels(scan: Scan, phase: str) -> CrystalMap | None:
    if not scan.has_labels:
        return None
    found = single_phase(scan.labels).name
    if found != phase:
        raise KerasStemError(f"Expected a scan of {phase}, the model's phase, found labels of {found}.")
    return scan.labels
