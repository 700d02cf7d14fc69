"""Bounds of the errors of matched orientations, by the evidence for them."""

import json
from functools import cache
from importlib.resources import files

import numpy as np

_LEAST = 0.02


def error_bounds(evidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds below which 68 and 95 % of the errors of refined solutions lie (degrees).

    The bounds were determined from patterns with known orientations, which other programs had computed by
    Bloch waves, of several crystals, thicknesses, doses and detectors, with and without precession
    (``benchmarks/judge/calibration.py``). The evidence means the same in all of them.

    Parameters
    ----------
    evidence
        `keras_stem.indexing.ranking.Solutions.evidence`, shape (n,).
    """
    known = _calibration()
    logarithm = log_evidence(evidence)
    return tuple(
        np.interp(logarithm, known["log_evidence"], known[name]) for name in ("bound_68", "bound_95")
    )


def log_evidence(evidence: np.ndarray) -> np.ndarray:
    """Return the logarithm of evidence, which is finite without any."""
    return np.log(np.maximum(evidence, 0) + _LEAST)


@cache
def _calibration() -> dict[str, list[float]]:
    return json.loads(files("keras_stem.indexing").joinpath("error_bounds.json").read_text())
