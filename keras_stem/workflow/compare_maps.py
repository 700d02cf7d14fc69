"""Comparison of two maps of one scan, written to a folder."""

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
from keras_stem.io.map_grid import map_steps
from keras_stem.io.steps import different_step
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
        Prepared maps.
    folder
        Output folder, which is created if necessary. All files appear together when they are complete.
    names
        Names of the maps, for the figures.
    settings
        Settings of the grain segmentation of the reference; points differ if their disorientation exceeds
        its threshold.
    low_q
        Threshold of Q in the reference below which the quality of a point is low.
    direction
        Lab direction of the IPF colours.

    Raises
    ------
    KerasStemError
        If the maps cannot be compared by `keras_stem.analysis.compare.compare_grids`, or the folder cannot
        be written.
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
    """Return a sentence for the user if the steps of two maps differ; "" if they agree."""
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
