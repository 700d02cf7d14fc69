"""A map as the analyses take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.pairing import GivenPhase
from keras_stem.errors import KerasStemError
from keras_stem.scan.map_files import load_map


@dataclass(frozen=True)
class PreparedMap:
    """A map, and which of its points count.

    Parameters
    ----------
    crystal_map
        The map.
    visible
        Shape (n,), bool.
    origin
        What is known of where it comes from.
    """

    crystal_map: CrystalMap
    visible: np.ndarray
    origin: dict[str, str]


def prepare_map(
    path: str | Path,
    frame: str | None = None,
    phases: Sequence[GivenPhase] = (),
    min_q: float | None = None,
) -> PreparedMap:
    """Load a map from any source and choose its points.

    Parameters
    ----------
    path, frame, phases
        As `keras_stem.scan.map_files.load_map` takes them.
    min_q
        Points with a smaller Q are left out; None for all that have a phase.

    Raises
    ------
    KerasStemError
        If the map cannot be read, or has no Q and one is asked for.
    """
    crystal_map, origin = load_map(path, frame, phases)
    visible = np.asarray(crystal_map.phase_id) >= 0
    if min_q is not None:
        if "Q" not in crystal_map.prop:
            raise KerasStemError(f"{path} has no Q, so that --min-q cannot choose its points.")
        visible &= np.asarray(crystal_map.prop["Q"]) >= min_q
    return PreparedMap(crystal_map, visible, origin)
