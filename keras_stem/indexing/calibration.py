"""Calibration of refined solutions: the bounds of their errors, and the least agreement of right ones.

It was determined from patterns with known orientations, which other programs had computed by Bloch waves, of
several crystals, thicknesses, doses and detectors, with and without precession
(``benchmarks/judge/calibration.py``).
"""

import json
from functools import cache
from importlib.resources import files

import numpy as np

_LEAST = 0.02


def error_bounds(evidence: np.ndarray, marked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds below which 68 and 95 % of the errors of refined solutions lie (degrees).

    Parameters
    ----------
    evidence
        `keras_stem.indexing.ranking.Solutions.evidence`, shape (n,), which means the same for all crystals
        and instruments.
    marked
        Mask of the patterns that the solutions do not explain, as `unexplained` returns it, shape (n,). The
        bounds of these are those without any evidence: that one solution explains more than another tells
        nothing where none explains the pattern.
    """
    known = _calibration()
    logarithm = log_evidence(np.where(marked, 0, evidence))
    return tuple(
        np.interp(logarithm, known["log_evidence"], known[name]) for name in ("bound_68", "bound_95")
    )


def unexplained(agreement: np.ndarray, disks: np.ndarray) -> np.ndarray:
    """Return a mask of the patterns that their refined solutions do not explain, shape (n,).

    These are vacuum, amorphous samples, other crystals, and patterns of several grains. Their agreement is
    lower than that of 99 % of the right solutions for as many disks.

    Parameters
    ----------
    agreement
        100 times the correlation of pattern and expected spots, shape (n,).
    disks
        `keras_stem.indexing.spot_images.SpotImages.disks`, shape (n,).
    """
    known = _calibration()
    return agreement < np.interp(disks, known["disks"], known["least_agreement"])


def log_evidence(evidence: np.ndarray) -> np.ndarray:
    """Return the logarithm of evidence, which is finite without any."""
    return np.log(np.maximum(evidence, 0) + _LEAST)


@cache
def _calibration() -> dict[str, list[float]]:
    return json.loads(files("keras_stem.indexing").joinpath("calibration.json").read_text())
