"""The folder of maps that is written from a scan and a model."""

from pathlib import Path

import numpy as np
from orix.crystal_map import Phase

from keras_stem.figures.comparison import comparison_figure
from keras_stem.figures.confidence import confidence_figure
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.ipf_key import DIRECTIONS
from keras_stem.figures.style import save
from keras_stem.files import complete_folder
from keras_stem.inference.scan_map import Prediction, predict_map
from keras_stem.io.registry import writable_suffixes
from keras_stem.mapping.export import write_map
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.scan.reliable import reliable_points, require_no_limit
from keras_stem.scan.scan import Scan
from keras_stem.units import is_length


def map_scan(
    model: OrientationModel,
    scan: Scan,
    folder: str | Path,
    min_q: float | None = None,
    model_name: str = "",
    verbose: bool = False,
    refine: str | None = None,
    phase: Phase | None = None,
) -> Prediction:
    """Predict the orientations of a scan and write them.

    The folder gets ``ipf_x.png``, ``ipf_y.png``, ``ipf_z.png``, ``map.h5`` (orix); ``map.ang``, ``map.ctf``
    where the scan tells the distance of its positions;
    where the model states its uncertainty or its phase can be simulated, ``confidence.png``; and, where the
    scan has labels, ``comparison.png``.

    Parameters
    ----------
    model
        The model.
    scan
        The open scan.
    folder
        Where to write; created if absent. Its files appear together when all are complete.
    min_q
        Points with a smaller Q are grey in the pictures, as `keras_stem.scan.reliable.reliable_points`
        chooses them. The written maps hold all points.
    model_name
        Recorded in ``map.h5``.
    verbose
        Whether to show progress.
    refine
        How the answers are refined by simulation: "quick" or "thorough".
    phase
        In whose axes the orientations are wanted, the same crystal as the model's; the model's by default.

    Returns
    -------
    Prediction

    Raises
    ------
    KerasStemError
        If the model does not fit the scan, the smallest Q leaves no point, or the folder cannot be written.
    """
    _require_points(scan, min_q)
    with complete_folder(folder) as staging:
        prediction = predict_map(model, scan, verbose, refine, phase)
        origin = {
            "frame": model.card.frame,
            "model": model_name,
            "scan": str(scan.path),
            "training_fingerprint": model.card.fingerprint,
            "refined": refine or "no",
        }
        suffixes = writable_suffixes() if is_length(scan.info.unit) else (".h5",)  # text needs a length
        for suffix in suffixes:
            write_map(staging / f"map{suffix}", prediction.crystal_map, origin)
        _draw(prediction, reliable_points(prediction.crystal_map, min_q).mask, staging)
    return prediction


def _require_points(scan: Scan, min_q: float | None) -> None:
    """Raise `KerasStemError`, before the long work, if a smallest Q leaves no point of a scan."""
    if scan.has_labels:
        reliable_points(scan.labels, min_q)
    else:
        require_no_limit(min_q)


def _draw(prediction: Prediction, visible: np.ndarray, folder: Path) -> None:
    for direction in DIRECTIONS:
        save(ipf_figure(prediction.crystal_map, direction, visible), folder / f"ipf_{direction}.png")
    shown = {name: prediction.property(name) for name in ("uncertainty", "agreement")}
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
