"""Crystal maps on complete rectangular grids: construction, completion, steps and parts."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.quaternion import Rotation

from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import NOT_INDEXED, properties_of
from keras_stem.io.grid import PointGrid, find_grid

_UNKNOWN = ("uncertainty", "uncertainty_95")
"""Properties whose best value is 0, so that a missing value has to be NaN."""


def crystal_map(
    rotations: Rotation,
    phase: Phase | list[Phase],
    shape: tuple[int, int],
    steps: float | tuple[float, float],
    unit: str,
    properties: dict[str, np.ndarray],
    phase_id: np.ndarray | None = None,
) -> CrystalMap:
    """Return a map on a rectangular grid.

    Parameters
    ----------
    rotations
        Shape (rows * columns,), lab to crystal, in row-major order.
    phase
        Phase or list of phases.
    shape
        Rows and columns.
    steps, unit
        Distance of neighbouring rows and of neighbouring columns, or one number for both, and their unit.
    properties
        Arrays whose first axis matches ``rotations``.
    phase_id
        Phase index at each position, -1 where it is not indexed; 0 everywhere by default.

    Returns
    -------
    CrystalMap
    """
    y, x = np.indices(shape)
    along_y, along_x = np.broadcast_to(steps, 2)
    return CrystalMap(
        rotations,
        phase_id=np.zeros(y.size, dtype=int) if phase_id is None else phase_id,
        x=x.ravel() * along_x,
        y=y.ravel() * along_y,
        phase_list=PhaseList(phase),
        prop=properties,
        scan_unit=unit,
    )


def completed(crystal_map: CrystalMap, where: object = "the map") -> CrystalMap:
    """Return a map with a point at each place of its rectangular grid, in row-major order.

    Parameters
    ----------
    crystal_map
        Map whose points may be incomplete, partly outside the data, and in any order.
    where
        Name of the map in messages.

    Returns
    -------
    CrystalMap
        The same map if it is complete. Places without a point or with a non-finite orientation are not
        indexed; their properties are 0, and their uncertainties NaN.

    Raises
    ------
    KerasStemError
        If the points are not on a rectangular grid, or the map is empty.
    """
    if not crystal_map.size:
        raise KerasStemError(f"Expected points in {where}, found none.")
    x, y = (np.zeros(crystal_map.size) if axis is None else axis for axis in (crystal_map.x, crystal_map.y))
    grid = find_grid(x, y, where)
    whole = crystal_map.size == grid.size and bool(crystal_map.is_in_data.all())
    if (
        whole
        and np.array_equal(grid.places, np.arange(grid.size))
        and grid_shape(crystal_map) == grid.shape  # not if positions have rounding errors
        and has_orientation(crystal_map.rotations).all()
    ):
        return crystal_map
    return on_grid(
        grid,
        crystal_map.rotations,
        np.asarray(crystal_map.phase_id),
        {int(number): phase for number, phase in crystal_map.phases},
        properties_of(crystal_map),
        crystal_map.scan_unit,
    )


def on_grid(
    grid: PointGrid,
    rotations: Rotation,
    phase_id: np.ndarray,
    phases: Mapping[int, Phase],
    properties: Mapping[str, np.ndarray],
    unit: str,
) -> CrystalMap:
    """Return the map of n points on a grid; places without an orientation are filled as in `completed`.

    Parameters
    ----------
    grid
        Grid and places of the points.
    rotations, phase_id
        Orientations and phase indices of the points, with n entries along the first axis.
    phases
        Phases by their indices.
    properties
        Properties of the points.
    unit
        Unit of the positions.
    """
    known = has_orientation(rotations)
    if not known.all():
        return on_grid(
            replace(grid, places=grid.places[known]),
            rotations[known],
            phase_id[known],
            phases,
            {name: values[known] for name, values in properties.items()},
            unit,
        )
    data = np.zeros((grid.size, *rotations.data.shape[1:]))
    data[..., 0] = 1
    data[grid.places] = rotations.data
    numbers = np.full((grid.size, *phase_id.shape[1:]), NOT_INDEXED)
    numbers[grid.places] = phase_id
    return CrystalMap(
        Rotation(data),
        phase_id=numbers,
        x=grid.x,
        y=grid.y,
        phase_list=PhaseList({number: phase for number, phase in phases.items() if number in numbers}),
        prop={name: _placed(grid, name, values) for name, values in properties.items()},
        scan_unit=unit,
    )


def has_orientation(rotations: Rotation) -> np.ndarray:
    """Return whether the rotations of each of n points are finite, shape (n,)."""
    return np.isfinite(rotations.data).all(axis=tuple(range(1, rotations.data.ndim)))


def _placed(grid: PointGrid, name: str, values: np.ndarray) -> np.ndarray:
    empty = np.nan if name in _UNKNOWN and values.dtype.kind == "f" else 0
    placed = np.full((grid.size, *values.shape[1:]), empty, values.dtype)
    placed[grid.places] = values
    return placed


def with_steps(crystal_map: CrystalMap, steps: tuple[float, float], unit: str) -> CrystalMap:
    """Return a map with the given steps between rows and columns, with positions from 0.

    Parameters
    ----------
    crystal_map
        Map on a complete grid, as returned by `completed`.
    steps, unit
        Distances of neighbouring rows and columns, and their unit.
    """
    rows, columns = np.indices(grid_shape(crystal_map)).reshape(2, -1)
    return CrystalMap(
        crystal_map.rotations,
        phase_id=crystal_map.phase_id,
        x=columns * steps[1],
        y=rows * steps[0],
        phase_list=crystal_map.phases,
        prop=properties_of(crystal_map),
        scan_unit=unit,
    )


def grid_shape(crystal_map: CrystalMap) -> tuple[int, int]:
    """Return rows and columns of a map; orix drops a direction with a single position."""
    rows, columns = (1 if axis is None else len(np.unique(axis)) for axis in (crystal_map.y, crystal_map.x))
    return rows, columns


def map_steps(crystal_map: CrystalMap) -> tuple[float, float]:
    """Return the distances of neighbouring rows and columns of a map, in its unit.

    For a direction with a single position, which orix drops, the distance along the other direction is
    returned, and 1 for a single point.
    """
    along_y, along_x = float(crystal_map.dy), float(crystal_map.dx)
    return along_y or along_x or 1.0, along_x or along_y or 1.0


def map_extent(crystal_map: CrystalMap) -> tuple[float, float]:
    """Return the height and width of a map, in its unit."""
    (rows, columns), (along_y, along_x) = grid_shape(crystal_map), map_steps(crystal_map)
    return rows * along_y, columns * along_x


def part_of(labels: CrystalMap, rows: slice, columns: slice) -> CrystalMap:
    """Return the labels of a part of the scan, with its first position as the origin.

    Parameters
    ----------
    labels
        Labels of every scan position.
    rows, columns
        Rows and columns to keep.
    """
    chosen = np.arange(labels.size).reshape(grid_shape(labels))[rows, columns].ravel()
    places = {}
    for axis in "xy":
        place = getattr(labels, axis)
        places[axis] = None if place is None else place[chosen] - place[chosen].min()
    return CrystalMap(
        labels.rotations[chosen],
        phase_id=labels.phase_id[chosen],
        **places,
        phase_list=labels.phases,
        prop={name: values[chosen] for name, values in properties_of(labels).items()},
        scan_unit=labels.scan_unit,
    )


def require_shape(labels: CrystalMap, shape: tuple[int, int], where: object) -> None:
    """Raise `KerasStemError` unless there is a label for each scan position."""
    found = grid_shape(labels)
    if found != shape:
        raise KerasStemError(
            f"Expected labels of {shape[0]} x {shape[1]} positions for {where}, "
            f"found {found[0]} x {found[1]}."
        )
