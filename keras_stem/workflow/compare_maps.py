"""The folder that is written from two maps of one scan."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from keras_stem.analysis.compare import Difference, compare_grids
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import Segmentation
from keras_stem.figures.difference import difference_figure, places_figure
from keras_stem.figures.style import save_both
from keras_stem.files import complete_folder
from keras_stem.scan.labels import map_steps
from keras_stem.scan.steps import different_step
from keras_stem.workflow.prepare import PreparedMap


def compare_maps(
    reference: PreparedMap,
    other: PreparedMap,
    folder: str | Path,
    names: tuple[str, str],
    settings: Segmentation | None = None,
    low_q: float = 20.0,
    direction: str = "z",
) -> Difference:
    """Compare two maps and write ``difference.json``, ``disorientation.npy`` and the figures.

    Parameters
    ----------
    reference, other
        The maps.
    folder
        Created if absent. Its files appear together when all are complete.
    names
        Of the maps, for the figures.
    settings
        How the reference's grains are told apart; points differ beyond its threshold.
    low_q
        A smaller Q of the reference is low.
    direction
        Lab direction of the IPF colours.

    Raises
    ------
    KerasStemError
        If the maps cannot be compared, as `keras_stem.analysis.compare.compare_grids` says, or the folder
        cannot be written.
    """
    grids = [grid_of(prepared.crystal_map, prepared.visible) for prepared in (reference, other)]
    quality = reference.crystal_map.prop.get("Q")
    difference = compare_grids(*grids, settings, quality, low_q)
    told = {
        "threshold_deg": difference.threshold,
        "phases_differ": difference.phases_differ,
        "note": step_note(reference, other),
        "parts": [asdict(part) for part in difference.parts],
        "counted": [reference.counted, other.counted],
        "origins": [reference.origin, other.origin],
    }
    with complete_folder(folder) as staging:
        (staging / "difference.json").write_text(json.dumps(told, indent=2), encoding="utf-8")
        np.save(staging / "disorientation.npy", difference.angles.reshape(grids[0].shape))
        save_both(difference_figure(*grids, difference, names, direction), staging, "difference")
        save_both(places_figure(difference), staging, "places")
    return difference


def step_note(reference: PreparedMap, other: PreparedMap) -> str:
    """Return a sentence about the steps of two maps for people if they differ; "" if they agree."""
    first, second = (
        (map_steps(prepared.crystal_map), prepared.crystal_map.scan_unit) for prepared in (reference, other)
    )
    different = different_step(first, second)
    if different is None:
        return ""
    axis, own, theirs = different
    return (
        f"The maps have different steps along {axis}, {own} and {theirs}: points of the same row and column "
        "were compared, and may be other places of the sample."
    )
