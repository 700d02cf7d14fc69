"""Subsets of a scan selected by the quality of its labels, as in the paper."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.choices import SUBSETS
from keras_stem.errors import KerasStemError

FEW_POSITIONS, FEW_SHARE = 200, 0.1
"""Number of positions, and fraction of all positions, below which DS_R is too small for training."""


@dataclass(frozen=True)
class Thresholds:
    """Smallest correlation index Q and reliability R of a subset (20 and 15 in Wissel et al.)."""

    q: float = 20.0
    r: float = 15.0


def subset(labels: CrystalMap, name: str, thresholds: Thresholds) -> np.ndarray:
    """Return the positions of a subset.

    Parameters
    ----------
    labels
        Labels with the properties Q and R, unless the thresholds that need them are 0.
    name
        One of `keras_stem.choices.SUBSETS`.
    thresholds
        Smallest Q and R.

    Returns
    -------
    numpy.ndarray
        Shape (n,), position indices in ascending order.

    Raises
    ------
    KerasStemError
        If a required property is missing, or no position remains.
    """
    chosen = np.ones(labels.size, bool)
    if name in ("DS_Q", "DS_R"):
        chosen &= np.asarray(labels.phase_id) >= 0  # -1 means not indexed in orix
        chosen &= _at_least(labels, "Q", thresholds.q)
    if name == "DS_R":
        chosen &= _at_least(labels, "R", thresholds.r)
    positions = np.flatnonzero(chosen)
    if not len(positions):
        raise KerasStemError(
            f"{name} is empty: none of {labels.size} positions reaches Q >= {thresholds.q:g}"
            + (f" and R >= {thresholds.r:g}" if name == "DS_R" else "")
            + "; lower the thresholds with --min-q and --min-r."
        )
    return positions


def few_notes(labels: CrystalMap, thresholds: Thresholds) -> list[str]:
    """Return remarks for the user if DS_R is too small for training.

    Parameters
    ----------
    labels
        Labels with the properties Q and R, unless the thresholds that need them are 0.
    thresholds
        Smallest Q and R.

    Raises
    ------
    KerasStemError
        If a required property is missing, or no position remains.
    """
    count, good, reliable = (len(subset(labels, name, thresholds)) for name in SUBSETS)
    if reliable >= max(FEW_POSITIONS, FEW_SHARE * count):
        return []
    found = (
        f"Few patterns to train on: of {count:,} positions {good:,} have Q >= {thresholds.q:g}, and "
        f"{reliable:,} of these R >= {thresholds.r:g} (DS_R)"
    )
    if reliable == count:
        return [f"{found}; --simulate trains on simulated patterns instead."]
    option = "--min-q" if good / count < reliable / good else "--min-r"
    return [f"{found}; {option} sets a lower limit, and --simulate trains on simulated patterns instead."]


def _at_least(labels: CrystalMap, name: str, threshold: float) -> np.ndarray:
    if threshold <= 0:
        return np.ones(labels.size, bool)
    if name not in labels.prop:
        raise KerasStemError(
            f"The labels have no property {name}; give --min-{name.lower()} 0 to do without it."
        )
    return np.asarray(labels.prop[name]) >= threshold
