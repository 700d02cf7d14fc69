"""Mapping of a scan with a model, written to a folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from orix.crystal_map import CrystalMap, Phase

from keras_stem.figures.comparison import comparison_figure
from keras_stem.figures.confidence import confidence_figure
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.ipf_key import DIRECTIONS
from keras_stem.figures.style import save
from keras_stem.files import complete_folder
from keras_stem.inference.scan_map import Prediction, predict_map
from keras_stem.io.export import write_map
from keras_stem.io.registry import writable_formats
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.scan.reliable import reliable_points, require_no_limit
from keras_stem.scan.scan import Scan
from keras_stem.units import is_length

if TYPE_CHECKING:
    from distributed import Client


def map_scan(
    model: OrientationModel,
    scan: Scan,
    folder: str | Path,
    min_q: float | None = None,
    model_name: str = "",
    verbose: bool = False,
    refine: str | None = None,
    phase: Phase | None = None,
    consensus: bool = False,
    client: "Client | None" = None,
) -> Prediction:
    """Predict the orientations of a scan and write them.

    The folder contains ``ipf_x.png``, ``ipf_y.png``, ``ipf_z.png`` and ``map.h5`` (orix); if the step of the
    scan is known in a unit of length, ``map.ang`` and ``map.ctf``; if the model predicts an uncertainty or
    its phase can be simulated, ``confidence.png``; and, if the scan has labels, ``comparison.png``.

    Parameters
    ----------
    model
        Orientation model.
    scan
        Open scan.
    folder
        Output folder, in which all files appear together when they are complete.
    min_q
        Smallest Q of the points that are coloured in the figures, as for
        `keras_stem.scan.reliable.reliable_points`. The written maps contain all points.
    model_name
        Name of the model that is recorded in ``map.h5``.
    verbose, refine, phase, consensus, client
        As for `keras_stem.inference.scan_map.predict_map`.

    Returns
    -------
    Prediction

    Raises
    ------
    KerasStemError
        If the model does not apply, no point reaches the smallest Q, or the folder cannot be written.
    """
    _require_points(scan, min_q)
    with complete_folder(folder) as staging:
        prediction = predict_map(model, scan, verbose, refine, phase, consensus, client)
        _write(prediction.crystal_map, _origin(model, model_name, scan, refine, consensus), staging)
        _draw(prediction, reliable_points(prediction.crystal_map, min_q).mask, staging)
    prediction.forget_blocks()
    return prediction


def _require_points(scan: Scan, min_q: float | None) -> None:
    """Raise `KerasStemError` before the prediction if no point of a scan reaches the smallest Q."""
    if scan.has_labels:
        reliable_points(scan.labels, min_q)
    else:
        require_no_limit(min_q)


def _origin(
    model: OrientationModel, name: str, scan: Scan, refine: str | None, consensus: bool
) -> dict[str, str]:
    """Return the provenance of a predicted map."""
    return {
        "frame": model.card.frame,
        "model": name,
        "scan": str(scan.path),
        "training_fingerprint": model.card.fingerprint,
        "refined": refine or "no",
        "consensus": "yes" if consensus else "no",
    }


def _write(crystal_map: CrystalMap, origin: dict[str, str], folder: Path) -> None:
    """Write a map in all formats; those of text need a unit of length."""
    for one in writable_formats():
        if one.lossless or is_length(crystal_map.scan_unit):
            write_map(folder / f"map{one.suffix}", crystal_map, origin)


def _draw(prediction: Prediction, visible: np.ndarray, folder: Path) -> None:
    for direction in DIRECTIONS:
        save(ipf_figure(prediction.crystal_map, direction, visible), folder / f"ipf_{direction}.png")
    shown = {name: prediction.property(name) for name in ("uncertainty", "agreement", "probability")}
    if any(values is not None for values in shown.values()):
        figure = confidence_figure(
            prediction.crystal_map, **shown, out_of_distribution=prediction.property("out_of_distribution")
        )
        save(figure, folder / "confidence.png")
    if prediction.labels is not None:
        figure = comparison_figure(
            prediction.labels, prediction.crystal_map, prediction.disorientation, visible
        )
        save(figure, folder / "comparison.png")
