"""Results of the map analysis that a report page shows, computed once."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.analysis.boundaries import Boundaries, find_boundaries
from keras_stem.analysis.grains import Grains, measure_grains
from keras_stem.analysis.grid import Grid, grid_of
from keras_stem.analysis.segmentation import segment
from keras_stem.crystal.axes import relation
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.map_phases import phases_of
from keras_stem.crystal.rotations import first_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.units import readable_unit, unit_text


@dataclass(frozen=True)
class MapAnalysis:
    """Orientation map and its analysis results; n is the number of points.

    Parameters
    ----------
    crystal_map
        The map.
    grid
        The map as plain arrays, with hidden points masked.
    numbers
        Grain number of each point, shape (n,), -1 outside grains.
    grains, boundaries
        Properties of the grains and boundaries.
    origin
        Provenance of the map.
    labels
        Labels of the scan at the same points; None without labels of the map's phases.
    label_disorientation
        Disorientation from the labels, shape (n,), in degrees; NaN where the phases differ or one is missing;
        None without labels.
    """

    crystal_map: CrystalMap
    grid: Grid
    numbers: np.ndarray
    grains: Grains
    boundaries: Boundaries
    origin: dict[str, str]
    labels: CrystalMap | None
    label_disorientation: np.ndarray | None

    @property
    def unit(self) -> str:
        """Display unit of lengths on the page, chosen so that the step is most readable."""
        return unit_text(readable_unit(self.grid.steps[1], self.grid.unit)[0])

    @property
    def to_unit(self) -> float:
        """Factor from the map's unit to the page's unit."""
        return readable_unit(self.grid.steps[1], self.grid.unit)[1]

    def property(self, name: str) -> np.ndarray | None:
        """Return a scalar property of the map, shape (n,), or None if there is no such property."""
        values = np.asarray(self.crystal_map.prop[name]) if name in self.crystal_map.prop else None
        return None if values is None or values.ndim > 1 else values


def analyse_map(
    crystal_map: CrystalMap,
    visible: np.ndarray,
    origin: dict[str, str],
    labels: CrystalMap | None = None,
) -> MapAnalysis:
    """Compute the grains and boundaries of a map, and its disorientation from the labels.

    Parameters
    ----------
    crystal_map
        The map.
    visible
        Mask of the points to analyse, shape (n,), bool.
    origin
        Provenance of the map.
    labels
        Labels at the same points, if any.

    Raises
    ------
    KerasStemError
        If the map is not on a rectangular grid of several rows and columns, or all its points are masked.
    """
    grid = grid_of(crystal_map, visible)
    numbers = segment(grid).numbers
    difference = None if labels is None else _label_disorientation(grid, labels)
    if difference is None or np.isnan(difference).all():
        labels = difference = None
    grains, boundaries = measure_grains(grid, numbers), find_boundaries(grid)
    return MapAnalysis(crystal_map, grid, numbers, grains, boundaries, origin, labels, difference)


def _label_disorientation(grid: Grid, labels: CrystalMap) -> np.ndarray:
    found = np.full(len(grid.phase), np.nan)
    expected = first_rotations(labels)
    for number, phase in grid.phases.items():
        for index, other in phases_of(labels).items():
            rotation = relation(other, phase)
            both = (grid.phase == number) & (labels.phase_id == index)
            if rotation is None or not both.any():
                continue
            pair = grid.rotations[both], rotation * expected[both]
            found[both] = np.rad2deg(disorientation(*pair, proper_point_group(phase)))
    return found
