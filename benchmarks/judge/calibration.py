"""Calibration of matched and refined orientations: ``python -m judge.calibration``.

The result is what `keras_stem.indexing.calibration` reads. The patterns have a seed of their own, so that
the calibration is tested by those of the judge.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

import keras_stem
from judge import crystals
from judge.matched import RIGHT, SETTINGS, candidates_of, errors_of
from judge.registry import test_sets
from judge.test_set import Patterns, TestSet
from keras_stem.indexing.calibration import log_evidence
from keras_stem.indexing.ranking import rank

COUNT, SEED = 300, 1000
STEPS = 24

RARE = 0.01
"""Share of the right solutions with less than the least agreement."""

NAMES = [
    *(f"oxide-bloch-{thickness}nm{beam}" for thickness in (20, 50, 100) for beam in ("", "-still")),
    *(f"{crystal}-bloch-50nm{beam}" for crystal in ("copper", "silicon", "gan") for beam in ("", "-still")),
    *(f"oxide-bloch-50nm-{kind}" for kind in ("1000e", "10000e", "48px", "128px")),
]
"""Sets whose patterns determine the calibration."""


def solutions_and_errors(test_set: TestSet, patterns: Patterns) -> np.ndarray:
    """Return evidence, agreement and disks of solutions, and their errors (degrees), shape (4, n)."""
    candidates = candidates_of(test_set, patterns)
    found = rank([candidates], [crystals.phase(test_set.crystal)], SETTINGS.runner_up, 1)
    wrong_by = errors_of(found.rotations[:, 0].to_matrix(), test_set, patterns)
    return np.stack([found.evidence, found.q[:, 0], found.disks, wrong_by])


def bounds(evidence: np.ndarray, wrong_by: np.ndarray) -> dict[str, list[float]]:
    """Return monotonic quantiles of errors in groups of like evidence."""
    logarithm = log_evidence(evidence)
    groups = np.array_split(np.argsort(logarithm), STEPS)
    found = {"log_evidence": [np.median(logarithm[group]) for group in groups]}
    for share in (0.68, 0.95):
        quantiles = [np.quantile(wrong_by[group], share) for group in groups]
        falling = IsotonicRegression(increasing=False).fit_transform(found["log_evidence"], quantiles)
        found[f"bound_{100 * share:.0f}"] = falling
    return found


def least_agreement(agreement: np.ndarray, disks: np.ndarray) -> dict[str, list[float]]:
    """Return monotonic quantiles of the agreement of right solutions in groups of as many disks."""
    groups = np.array_split(np.argsort(disks), STEPS)
    middles = [np.median(disks[group]) for group in groups]
    quantiles = [np.quantile(agreement[group], RARE) for group in groups]
    return {"disks": middles, "least_agreement": IsotonicRegression().fit_transform(middles, quantiles)}


def main() -> None:
    known = [test_sets()[name] for name in NAMES]
    found = np.concatenate([solutions_and_errors(one, one.make(COUNT, SEED)) for one in known], axis=1)
    evidence, agreement, disks, wrong_by = found
    right = wrong_by < RIGHT
    plain = bounds(evidence, wrong_by) | least_agreement(agreement[right], disks[right])
    rounded = {name: [round(float(value), 3) for value in values] for name, values in plain.items()}
    path = Path(keras_stem.__file__).parent / "indexing" / "calibration.json"
    path.write_text(json.dumps(rounded, indent=1) + "\n")
    print(path)


if __name__ == "__main__":
    main()
