"""Selection of the reliable points of a map, by one rule for all figures and measurements."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError
from keras_stem.scan.subsets import Thresholds


@dataclass(frozen=True)
class ReliablePoints:
    """Reliable points of a map.

    Parameters
    ----------
    mask
        Shape (n,), bool, whether each point is reliable.
    rule
        Description of the selection rule.
    """

    mask: np.ndarray
    rule: str

    def __str__(self) -> str:
        return f"{self.mask.sum()} of {len(self.mask)} points count: {self.rule}"


def reliable_points(crystal_map: CrystalMap, min_q: float | None = None) -> ReliablePoints:
    """Select the points of a map by their quality Q.

    Points without a phase are never selected.

    Parameters
    ----------
    crystal_map
        The map.
    min_q
        Smallest Q of selected points; 0 selects all. The default is 20
        (`keras_stem.scan.subsets.Thresholds`, for the correlation index of template matching), or no limit if
        the map has no Q or no point reaches 20, as for an image quality from 0 to 1.

    Raises
    ------
    KerasStemError
        If a smallest Q is given and the map has no Q or no point reaches it.
    """
    indexed = np.asarray(crystal_map.phase_id) >= 0
    least = Thresholds.q if min_q is None else min_q
    if least <= 0:
        return ReliablePoints(indexed, "all with a phase, whatever their Q")
    if "Q" not in crystal_map.prop:
        require_no_limit(min_q)
        return ReliablePoints(indexed, "all with a phase, as the map has no Q")
    q = np.asarray(crystal_map.prop["Q"])
    chosen = indexed & (q >= least)
    if chosen.any():
        return ReliablePoints(chosen, f"{'' if indexed.all() else 'a phase, and '}Q >= {least:g}")
    if min_q is None:
        return ReliablePoints(indexed, f"all with a phase, as none has Q >= {least:g}")
    raise KerasStemError(
        f"All points of the map are masked: none has a phase and Q >= {min_q:g}; "
        f"the largest Q is {q.max():g}."
    )


def require_no_limit(min_q: float | None) -> None:
    """Raise `KerasStemError` if a smallest Q is given for a map without Q; 0 selects all points."""
    if min_q:
        raise KerasStemError(f"The map has no Q for --min-q {min_q:g}; leave the option out.")
