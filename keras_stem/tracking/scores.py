"""Recorded scores of runs, and whether they can be compared."""

from dataclasses import fields

from mlflow.entities import Run

from keras_stem.tracking.registry import SCORE
from keras_stem.training.data_settings import ScanData, SimulatedData

_SETTINGS = ("data", "seed", *(field.name for field in fields(ScanData)))
"""Parameters on which the test positions depend, besides those of a simulation."""


def recorded_median(run: Run) -> float | None:
    """Return the median disorientation on DS_Test that a run has recorded (degrees), or None."""
    return run.data.metrics.get(SCORE)


def scored_alike(first: Run, second: Run) -> bool:
    """Return whether two runs were scored on the same test positions of the same data."""
    same_data = first.data.tags.get("scan_fingerprint") == second.data.tags.get("scan_fingerprint")
    return same_data and _settings(first) == _settings(second)


def _settings(run: Run) -> dict[str, str]:
    return {
        name: value
        for name, value in run.data.params.items()
        if name in _SETTINGS or name.startswith(SimulatedData.prefix)
    }
