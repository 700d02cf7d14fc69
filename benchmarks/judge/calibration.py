"""Bounds of the errors of matched orientations: ``python -m judge.calibration``.

The result is what `keras_stem.indexing.error_bounds` reads. The patterns have a seed of their own, so that
the bounds are tested by those of the judge.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

import keras_stem
from judge import crystals
from judge.method import Answers, unknown
from judge.registry import test_sets
from judge.scores import errors
from judge.test_set import Patterns, TestSet
from keras_stem.indexing.error_bounds import log_evidence
from keras_stem.indexing.matching import Matcher
from keras_stem.indexing.ranking import rank
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.scan.metadata import ScanInfo
from keras_stem.workflow.match import disks_of

COUNT, SEED = 300, 1000
STEPS = 24

NAMES = [
    *(f"oxide-bloch-{thickness}nm{beam}" for thickness in (20, 50, 100) for beam in ("", "-still")),
    *(f"{crystal}-bloch-50nm{beam}" for crystal in ("copper", "silicon", "gan") for beam in ("", "-still")),
    *(f"oxide-bloch-50nm-{kind}" for kind in ("1000e", "10000e", "48px", "128px")),
]
"""Sets whose patterns determine the bounds."""


def evidence_and_errors(test_set: TestSet, patterns: Patterns) -> np.ndarray:
    """Return the evidence of solutions and their errors (degrees), shape (2, n)."""
    instrument, phase = test_set.instrument, crystals.phase(test_set.crystal)
    info = ScanInfo(test_set.name, (1, 1), instrument.detector, (1.0, 1.0), "nm", beam=instrument.beam)
    settings = Matching().complete(info)
    images = disks_of(SpotFinder(instrument.detector, settings), patterns.counts)
    candidates = Matcher(phase, instrument.detector, settings).match(images)
    found = rank([candidates], [phase], settings.runner_up, 1)
    nothing = unknown(len(patterns.counts))
    answers = Answers(found.rotations[:, 0].to_matrix(), nothing, nothing, np.nan, np.nan)
    return np.stack([found.evidence, errors(answers, patterns, test_set.symmetries)])


def bounds(evidence: np.ndarray, wrong_by: np.ndarray) -> dict[str, list[float]]:
    """Return monotonic quantiles of errors in groups of like evidence."""
    logarithm = log_evidence(evidence)
    groups = np.array_split(np.argsort(logarithm), STEPS)
    found = {"log_evidence": [np.median(logarithm[group]) for group in groups]}
    for share in (0.68, 0.95):
        quantiles = [np.quantile(wrong_by[group], share) for group in groups]
        falling = IsotonicRegression(increasing=False).fit_transform(found["log_evidence"], quantiles)
        found[f"bound_{100 * share:.0f}"] = falling
    return {name: [round(float(value), 3) for value in values] for name, values in found.items()}


def main() -> None:
    known = [test_sets()[name] for name in NAMES]
    pairs = [evidence_and_errors(one, one.make(COUNT, SEED)) for one in known]
    path = Path(keras_stem.__file__).parent / "indexing" / "error_bounds.json"
    path.write_text(json.dumps(bounds(*np.concatenate(pairs, axis=1)), indent=1) + "\n")
    print(path)


if __name__ == "__main__":
    main()
