"""Boundary analysis of a map, written to a folder."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from keras_stem.analysis.boundaries import Boundaries, find_boundaries
from keras_stem.analysis.boundary_classes import HIGH_ANGLE, BoundaryClass, boundary_classes, boundary_shares
from keras_stem.analysis.grid import Grid, grid_of
from keras_stem.analysis.segmentation import Segmentation, segment, without_small_grains
from keras_stem.analysis.special_boundaries import SpecialBoundary
from keras_stem.errors import KerasStemError
from keras_stem.figures.boundaries import boundary_figure, misorientation_figure
from keras_stem.figures.grid_maps import segment_lines
from keras_stem.figures.style import save_both
from keras_stem.files import complete_folder
from keras_stem.workflow.prepare import PreparedMap

_COLUMNS = ("x1", "y1", "x2", "y2", "phase", "angle", "axis_1", "axis_2", "axis_3", "class")


@dataclass(frozen=True)
class BoundaryAnalysis:
    """Boundaries of a map.

    Parameters
    ----------
    grid
        Map without small grains.
    boundaries
        Boundaries of the map.
    classes
        Classes of the boundary segments; each segment belongs to one class.
    statistics
        Statistics as written to ``boundaries.json``.
    """

    grid: Grid
    boundaries: Boundaries
    classes: list[BoundaryClass]
    statistics: dict


def analyse_boundaries(
    prepared: PreparedMap, settings: Segmentation | None = None, specials: Sequence[SpecialBoundary] = ()
) -> BoundaryAnalysis:
    """Find the boundaries of a map.

    Parameters
    ----------
    prepared
        Prepared map.
    settings
        Settings of the grain segmentation, whose threshold is the smallest disorientation of boundaries;
        small grains have no boundaries.
    specials
        Special misorientations whose length fractions are determined.

    Raises
    ------
    KerasStemError
        If two misorientations have the same name, or the map cannot be analysed by
        `keras_stem.analysis.grid.grid_of` or `keras_stem.analysis.segmentation.segment`.
    """
    names = [special.name for special in specials]
    if len(set(names)) < len(names):
        raise KerasStemError(f"Expected different names for the misorientations, found {', '.join(names)}.")
    settings = settings or Segmentation()
    grid = grid_of(prepared.crystal_map, prepared.visible)
    segmented = segment(grid, settings)
    grid = without_small_grains(grid, segmented)
    boundaries = find_boundaries(grid, settings.threshold)
    classes = boundary_classes(grid, boundaries, specials)
    statistics = {
        "grains": int(segmented.numbers.max()) + 1,
        "segments": len(boundaries.pairs),
        "length": boundaries.length,
        "unit": grid.unit,
        "classes": {one.name: boundaries.share(one.chosen) for one in classes},
        "shares": asdict(boundary_shares(grid, boundaries, specials)),
        "settings": asdict(settings),
        "high_angle_deg": HIGH_ANGLE,
        "special": [asdict(special) for special in specials],
        "counted": prepared.counted,
        "origin": prepared.origin,
    }
    return BoundaryAnalysis(grid, boundaries, classes, statistics)


def write_boundaries(analysis: BoundaryAnalysis, folder: str | Path, direction: str = "z") -> None:
    """Write ``boundaries.csv``, ``boundaries.json`` and the figures, as PNG and SVG.

    Parameters
    ----------
    analysis
        Boundary analysis.
    folder
        Output folder, which is created if necessary. All files appear together when they are complete.
    direction
        Lab direction of the IPF colours.

    Raises
    ------
    KerasStemError
        If the folder cannot be written.
    """
    grid, boundaries = analysis.grid, analysis.boundaries
    with complete_folder(folder) as staging:
        _write_table(staging / "boundaries.csv", analysis)
        text = json.dumps(analysis.statistics, indent=2, ensure_ascii=False)
        (staging / "boundaries.json").write_text(text, encoding="utf-8")
        save_both(boundary_figure(grid, boundaries, analysis.classes, direction), staging, "boundaries")
        save_both(misorientation_figure(grid, boundaries), staging, "misorientations")


def _write_table(path: Path, analysis: BoundaryAnalysis) -> None:
    """Write a row for each segment: end points, phase, misorientation angle (degrees), axis and class."""
    grid, boundaries = analysis.grid, analysis.boundaries
    ends = (segment_lines(boundaries.pairs, grid.shape) * grid.steps[::-1]).reshape(-1, 4)
    names = grid.names
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for k in range(len(ends)):
            numbers = [f"{value:.6g}" for value in (boundaries.angles[k], *boundaries.axes[k])]
            kind = next(one.name for one in analysis.classes if one.chosen[k])
            phase = names.get(int(boundaries.phase[k]), "between")
            writer.writerow([*(f"{end:.6g}" for end in ends[k]), phase, *numbers, kind])
