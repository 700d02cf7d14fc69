"""Preparation of maps for the analyses."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.pairing import GivenPhase
from keras_stem.io.map_files import load_map, orientation_note
from keras_stem.scan.reliable import reliable_points


@dataclass(frozen=True)
class PreparedMap:
    """Map with a selection of its points.

    Parameters
    ----------
    crystal_map
        Map with all points.
    visible
        Mask of the points that are analysed, bool, shape (n,).
    origin
        Provenance of the map.
    counted
        Number of analysed points and the rule of their selection, as text for the user.
    """

    crystal_map: CrystalMap
    visible: np.ndarray
    origin: dict[str, str]
    counted: str = ""


def prepare_map(
    path: str | Path,
    frame: str | None = None,
    phases: Sequence[GivenPhase] = (),
    min_q: float | None = None,
) -> PreparedMap:
    """Load a map from any source and select its points.

    Parameters
    ----------
    path, frame, phases
        Path, reference frame and phases of the map, as for `keras_stem.io.map_files.load_map`.
    min_q
        Smallest Q of the selected points, as for `keras_stem.scan.reliable.reliable_points`.

    Raises
    ------
    KerasStemError
        If the map cannot be read, or ``min_q`` is given and the map has no Q.
    """
    crystal_map, origin = load_map(path, frame, phases)
    points = reliable_points(crystal_map, min_q)
    counted = "; ".join(text for text in (str(points), orientation_note(origin)) if text)
    return PreparedMap(crystal_map, points.mask, origin, counted)
