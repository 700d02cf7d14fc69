"""The small version of the judge: a few shipped patterns of other programs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from judge.environments import HERE
from judge.oracle import Ceiling, determine
from judge.registry import test_sets
from judge.test_set import Patterns, TestSet

KINEMATIC = "oxide-kinematic-quantem"
"""Set of kinematic patterns, which template matching must index."""

EXPECTED = 0.9
"""Smallest share of `KINEMATIC` under 5° with which `small` succeeds; template matching has all 24."""

NAMES = (KINEMATIC, "oxide-bloch-50nm", "oxide-bloch-50nm-still", "copper-bloch-50nm")
"""Sets from which patterns are shipped."""

COUNT = 24
"""Number of patterns of each."""

FOLDER = HERE / "small"


@dataclass(frozen=True)
class SmallSet:
    """Shipped patterns of a test set.

    Parameters
    ----------
    test_set
        The set.
    patterns
        Its first patterns.
    ceiling
        Their ceiling.
    """

    test_set: TestSet
    patterns: Patterns
    ceiling: Ceiling


def ship(folder: Path = FOLDER) -> None:
    """Write the patterns that are shipped, which takes the other programs."""
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        test_set = test_sets()[name]
        patterns = test_set.make(COUNT, 0)
        ceiling = determine(test_set, patterns, 0)
        np.savez_compressed(
            folder / f"{name}.npz",
            counts=patterns.counts,
            matrices=patterns.matrices,
            errors=ceiling.errors.astype(np.float32),
            weights=ceiling.weights.astype(np.float32),
        )


def shipped(folder: Path = FOLDER) -> list[SmallSet]:
    """Return the shipped patterns."""
    found = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as file:
            patterns = Patterns(file["counts"], file["matrices"])
            found.append(SmallSet(test_sets()[path.stem], patterns, Ceiling(file["errors"], file["weights"])))
    return found
