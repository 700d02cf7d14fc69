"""Grain analysis of a map, written to a folder."""

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from keras_stem.analysis.ambiguity import GrainAmbiguity, grain_ambiguity
from keras_stem.analysis.grains import Grains, kernel_average, mean_angles, measure_grains
from keras_stem.analysis.grid import Grid, grid_of
from keras_stem.analysis.segmentation import Segmentation, Segmented, segment
from keras_stem.figures.grains import grain_figure, local_misorientation_figure, size_figure
from keras_stem.figures.style import save_both
from keras_stem.files import complete_folder
from keras_stem.workflow.prepare import PreparedMap

_COLUMNS = (
    "grain",
    "phase",
    "points",
    "area",
    "diameter",
    "x",
    "y",
    "aspect",
    "phi1",
    "Phi",
    "phi2",
    "gos",
    "edge",
)
_OF_CONSENSUS = ("probability", "ambiguous", "other_phi1", "other_Phi", "other_phi2")


@dataclass(frozen=True)
class GrainAnalysis:
    """Grains of a map.

    Parameters
    ----------
    grid
        Map on a grid.
    segmented
        Segmentation of the points into grains.
    grains
        Properties of the grains.
    kernel_average
        Kernel average misorientation (KAM) of each point (degrees), shape (n,).
    statistics
        Statistics as written to ``grains.json``.
    ambiguity
        What a consensus states of the grains; None for a map without one.
    """

    grid: Grid
    segmented: Segmented
    grains: Grains
    kernel_average: np.ndarray
    statistics: dict
    ambiguity: GrainAmbiguity | None = None


def analyse_grains(prepared: PreparedMap, settings: Segmentation) -> GrainAnalysis:
    """Segment a map and measure its grains.

    Raises
    ------
    KerasStemError
        If the map cannot be segmented by `keras_stem.analysis.grid.grid_of` and
        `keras_stem.analysis.segmentation.segment`, for instance since it has no grains.
    """
    grid = grid_of(prepared.crystal_map, prepared.visible)
    segmented = segment(grid, settings)
    grains = measure_grains(grid, segmented.numbers, segmented.absorbed)
    local_misorientation = kernel_average(grid, segmented.numbers, settings.neighbours, segmented.absorbed)
    statistics = {
        **_statistics(grid, segmented, grains, local_misorientation),
        "settings": asdict(settings),
        "counted": prepared.counted,
        "origin": prepared.origin,
    }
    ambiguity = grain_ambiguity(grid, segmented.numbers, grains, prepared.crystal_map)
    if ambiguity is not None:
        statistics["ambiguous"] = int(ambiguity.ambiguous.sum())
    return GrainAnalysis(grid, segmented, grains, local_misorientation, statistics, ambiguity)


def write_grains(analysis: GrainAnalysis, folder: str | Path, direction: str = "z") -> None:
    """Write ``grains.csv``, ``grains.json``, ``grain_numbers.npy`` and the figures, as PNG and SVG.

    Parameters
    ----------
    analysis
        Grain analysis.
    folder
        Output folder, which is created if necessary. All files appear together when they are complete.
    direction
        Lab direction of the IPF colours.

    Raises
    ------
    KerasStemError
        If the folder cannot be written.
    """
    grid, grains, numbers = analysis.grid, analysis.grains, analysis.segmented.numbers
    with complete_folder(folder) as staging:
        _write_table(staging / "grains.csv", grid, grains, analysis.ambiguity)
        (staging / "grains.json").write_text(
            json.dumps(analysis.statistics, indent=2, ensure_ascii=False), encoding="utf-8"
        )
        np.save(staging / "grain_numbers.npy", numbers.reshape(grid.shape))
        save_both(grain_figure(grid, numbers, grains, direction), staging, "grains")
        save_both(
            local_misorientation_figure(grid, numbers, grains, analysis.kernel_average),
            staging,
            "local_misorientation",
        )
        save_both(size_figure(grains, grid.unit), staging, "grain_sizes")


def _statistics(grid: Grid, segmented: Segmented, grains: Grains, local_misorientation: np.ndarray) -> dict:
    known = local_misorientation[np.isfinite(local_misorientation)]
    return {
        "grains": len(grains),
        "touching_edge": int(grains.edge.sum()),
        "points": {
            "all": len(segmented.numbers),
            "in_grains": int(grains.points.sum()),
            "masked": int(np.sum(~grid.shown)),
            "absorbed": int(segmented.absorbed.sum()),
            "dropped": int(segmented.dropped.sum()),
        },
        "unit": grid.unit,
        "diameter": {
            "mean": float(grains.diameter.mean()),
            "median": float(np.median(grains.diameter)),
            "area_weighted_mean": float(np.average(grains.diameter, weights=grains.area)),
            "largest": float(grains.diameter.max()),
        },
        "aspect_mean": float(grains.aspect.mean()),
        "gos_mean_deg": float(np.average(grains.gos, weights=grains.points)),
        "kernel_average_mean_deg": float(known.mean()) if len(known) else None,
        "phases": {
            grid.names[number]: {
                "grains": int(np.sum(grains.phase == number)),
                "points": int(np.sum(grains.points[grains.phase == number])),
            }
            for number in grid.phases
        },
    }


def _write_table(path: Path, grid: Grid, grains: Grains, ambiguity: GrainAmbiguity | None) -> None:
    """Write a row for each grain, with lengths in the unit of the map and angles in degrees."""
    angles, names = mean_angles(grid, grains), grid.names
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS if ambiguity is None else (*_COLUMNS, *_OF_CONSENSUS))
        for k in range(len(grains)):
            lengths = (grains.area[k], grains.diameter[k], grains.x[k], grains.y[k], grains.aspect[k])
            numbers = [f"{value:.6g}" for value in (*lengths, *angles[k], grains.gos[k])]
            phase = names[int(grains.phase[k])]
            row = [k, phase, grains.points[k], *numbers, int(grains.edge[k])]
            writer.writerow(row if ambiguity is None else row + _stated(ambiguity, k))


def _stated(ambiguity: GrainAmbiguity, grain: int) -> list[str]:
    """Return what a consensus states of a grain; the angles are empty without an alternative."""
    other = ["" if np.isnan(angle) else f"{angle:.6g}" for angle in ambiguity.alternative[grain]]
    return [f"{ambiguity.probability[grain]:.3g}", str(int(ambiguity.ambiguous[grain])), *other]
