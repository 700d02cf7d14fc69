"""A map as the analyses take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.crystal.pairing import GivenPhase
from keras_stem.scan.map_files import load_map, orientation_note
from keras_stem.scan.reliable import reliable_points


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
    counted
        How many points count and why, for people.
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
    """Load a map from any source and choose its points.

    Parameters
    ----------
    path, frame, phases
        As `keras_stem.scan.map_files.load_map` takes them.
    min_q
        Points with a smaller Q are left out, as `keras_stem.scan.reliable.reliable_points` does it.

    Raises
    ------
    KerasStemError
        If the map cannot be read, or has no Q and one is asked for.
    """
    crystal_map, origin = load_map(path, frame, phases)
    points = reliable_points(crystal_map, min_q)
    counted = "; ".join(text for text in (str(points), orientation_note(origin)) if text)
    return PreparedMap(crystal_map, points.mask, origin, counted)
