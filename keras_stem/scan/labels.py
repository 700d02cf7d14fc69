"""Labels of a scan, stored as an orix crystal map in the same HDF5 file."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import h5py
import numpy as np
import orix
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.io.plugins.orix_hdf5 import crystalmap2dict, dict2crystalmap, dict2hdf5group, phase2dict
from orix.quaternion import Rotation

from keras_stem.crystal.axes import orix_form, require_relation
from keras_stem.crystal.phase import phase_to_dict
from keras_stem.crystal.rotations import from_matrices
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import NOT_INDEXED, properties_of
from keras_stem.io.grid import PointGrid, find_grid
from keras_stem.scan.hdf5_items import require_group
from keras_stem.scan.steps import different_step
from keras_stem.scan.stored_map import EULER, OWN, read_phases, read_points, read_unit
from keras_stem.units import plain_unit

TRUTH = ("truth_", "second_")
"""Prefixes of the properties that hold the ground truth of a simulated scan."""

_UNKNOWN = ("uncertainty", "uncertainty_95")
"""Properties whose best value is 0, so that a missing value has to be NaN."""

_INCOMING = "incoming_labels"
"""Group to which labels are written before they replace existing ones."""


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


def write_labels(file: h5py.File, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
    """Write a crystal map to an open HDF5 file in the format of orix, replacing an existing one.

    The old map is removed only after the new one is complete. The origin is stored in the attributes of
    ``/crystal_map``. Where orix would assume other symmetry axes than those of a phase, the phase and its
    orientations are written in a cell whose axes orix supports, and `read_labels` converts them back.
    """
    file.pop(_INCOMING, None)
    header = {"manufacturer": "orix", "version": orix.__version__}
    incoming = file.create_group(_INCOMING)
    dict2hdf5group({**header, "crystal_map": _for_orix(completed(labels))}, incoming)
    for number, phase in labels.phases:
        _write_text(incoming[f"crystal_map/header/phases/{number}"], "name", phase.name)
    for name in (*header, "crystal_map"):
        file.pop(name, None)
        file.move(f"{_INCOMING}/{name}", name)
    del file[_INCOMING]
    file["crystal_map"].attrs.update(origin or {})


def labels_file(labels: CrystalMap, origin: dict[str, str] | None = None) -> bytes:
    """Return the content of an HDF5 file that holds only labels, written by `write_labels`."""
    image = io.BytesIO()
    with h5py.File(image, "w") as file:
        write_labels(file, labels, origin)
    return image.getvalue()


def _write_text(group: h5py.Group, name: str, text: str) -> None:
    """Write text in UTF-8, which orix would truncate to as many bytes as it has characters."""
    del group[name]
    group.create_dataset(name, data=np.array([text.encode(errors="replace") + b"\0"]))


def _for_orix(labels: CrystalMap) -> dict[str, Any]:
    """Return the dictionary of a map for the orix plugin, adapted so that orix reads it correctly."""
    plain = crystalmap2dict(labels)
    plain["header"]["scan_unit"] = plain_unit(labels.scan_unit)
    described = plain["header"]["phases"]
    for number, phase in labels.phases:
        if phase.point_group is None:
            continue
        known, rotation = orix_form(phase)
        own = {"phase": phase_to_dict(phase), "rotation": rotation.to_matrix()[0].tolist()}
        described[str(number)] = {**phase2dict(known), OWN: json.dumps(own)}
        if known.space_group is not None:
            # orix 0.15 reads its own 32 as 321 and then drops the space group, which defines everything.
            described[str(number)]["point_group"] = "None"
        if known is not phase:
            _turn(plain["data"], number, rotation)
    for phase in described.values():
        phase["name"] = phase["name"].encode(errors="replace").decode()  # orix encodes strictly
    if labels.size == 1:
        # orix reads arrays of one entry as scalars, from which it cannot create a map.
        plain["data"] = {name: np.asarray(values)[None] for name, values in plain["data"].items()}
    return plain


def _stored_map(group: h5py.Group) -> CrystalMap:
    """Return the map that `write_labels`, or orix itself, has written to a group."""
    header, data = (require_group(group, name) for name in ("header", "data"))
    points, phases = read_points(data), read_phases(header)
    for number, (_, rotation) in phases.items():
        if not np.allclose(rotation, np.eye(3)):
            _turn(points, number, from_matrices(rotation.T))
    euler = np.stack([points.pop(name) for name in EULER], axis=-1)
    return CrystalMap(
        Rotation.from_euler(euler),
        **{name: points.pop(name) for name in ("phase_id", "x", "y", "is_in_data")},
        phase_list=PhaseList({number: phase for number, (phase, _) in phases.items()}),
        prop=points,
        scan_unit=read_unit(header),
    )


def _turn(data: dict[str, np.ndarray], number: int, rotation: Rotation) -> None:
    """Rotate the orientations of a phase, and all Euler-angle properties, into other crystal axes."""
    angles = {"": np.stack([data[name] for name in EULER], axis=-1)}
    angles |= {name: values for name, values in data.items() if name.endswith("_euler")}
    for name, euler in angles.items():
        phases = data.get(f"{name.removesuffix('_euler')}_phase_id", data["phase_id"])
        if len(phases) != len(euler):
            continue
        chosen = np.asarray(phases) == number
        turned = np.array(euler, float)
        turned[chosen] = (rotation * Rotation.from_euler(turned[chosen])).to_euler()
        data |= dict(zip(EULER, np.moveaxis(turned, -1, 0), strict=True)) if not name else {name: turned}


def phases_of(labels: CrystalMap) -> dict[int, Phase]:
    """Return the phases that occur in a map, by their indices; names need not be unique."""
    used = np.unique(labels.phase_id)
    return {int(number): phase for number, phase in labels.phases if number >= 0 and number in used}


def in_axes_of(phase: Phase, labels: CrystalMap) -> CrystalMap:
    """Return labels of one phase in the crystal axes of another description of the same crystal.

    Parameters
    ----------
    phase
        Phase to whose cell the returned orientations refer.
    labels
        Labels of one phase; Euler-angle properties are rotated, too.

    Raises
    ------
    KerasStemError
        If the phase of the labels is another crystal.
    """
    rotation = require_relation(single_phase(labels), phase)
    if np.allclose(rotation.angle, 0):
        return labels
    return in_other_cells(labels, dict.fromkeys(phases_of(labels), (phase, rotation)))


def in_other_cells(labels: CrystalMap, changes: Mapping[int, tuple[Phase, Rotation]]) -> CrystalMap:
    """Return a map whose orientations and Euler-angle properties refer to other unit cells.

    Parameters
    ----------
    labels
        The map.
    changes
        For each phase index, the same crystal in another cell and the rotation to its axes.
    """
    if not changes:
        return labels
    plain = crystalmap2dict(labels)
    for number, (_, rotation) in changes.items():
        _turn(plain["data"], number, rotation)
    found = dict2crystalmap(plain)
    phases = {**dict(labels.phases), **{number: phase for number, (phase, _) in changes.items()}}
    found.phases = PhaseList({number: phases[number] for number, _ in found.phases})
    return found


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


def require_shape(labels: CrystalMap, shape: tuple[int, int], where: object) -> None:
    """Raise `KerasStemError` unless there is a label for each scan position."""
    found = grid_shape(labels)
    if found != shape:
        raise KerasStemError(
            f"Expected labels of {shape[0]} x {shape[1]} positions for {where}, "
            f"found {found[0]} x {found[1]}."
        )


def require_steps(
    labels: CrystalMap, steps: tuple[float, float], unit: str, where: object, remedy: str
) -> None:
    """Raise `KerasStemError` if labels and scan have different steps, where both are known.

    Parameters
    ----------
    labels
        Labels of every position.
    steps, unit
        Steps of the scan and their unit.
    where, remedy
        Name of the scan and recommended action, for the message.
    """
    other = different_step((steps, unit), ((float(labels.dy), float(labels.dx)), labels.scan_unit))
    if other is not None:
        axis, own, theirs = other
        raise KerasStemError(
            f"Expected labels with the step of the scan in {where}, {own} along {axis}, found {theirs}; "
            f"{remedy}."
        )


def read_labels(file: h5py.File, shape: tuple[int, int] | None = None) -> CrystalMap:
    """Read only the crystal map of an open HDF5 file.

    Parameters
    ----------
    file
        Open file; `orix.io.load` would read every data set of it, including all patterns.
    shape
        Required rows and columns of the map; None accepts any shape.

    Raises
    ------
    KerasStemError
        If there are no labels, or not one for each position.
    """
    if "crystal_map" not in file:
        raise KerasStemError(f"{file.filename} has no labels (no /crystal_map); this step needs them.")
    labels = completed(_stored_map(require_group(file, "crystal_map")), file.filename)
    if shape is not None:
        require_shape(labels, shape, file.filename)
    return labels


def with_truth_of(labels: CrystalMap, before: CrystalMap) -> CrystalMap:
    """Return labels with the ground truth of earlier labels of the same scan, if it is simulated."""
    truth = {name: values for name, values in properties_of(before).items() if name.startswith(TRUTH)}
    return CrystalMap(
        labels.rotations,
        phase_id=labels.phase_id,
        x=labels.x,
        y=labels.y,
        phase_list=labels.phases,
        prop={**properties_of(labels), **truth},
        scan_unit=labels.scan_unit,
    )


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


def single_phase(labels: CrystalMap) -> Phase:
    """Return the only phase of a map.

    Raises
    ------
    KerasStemError
        If the map does not have exactly one phase, or this phase has no point group.
    """
    phases = list(phases_of(labels).values())
    if len(phases) != 1:
        names = ", ".join(phase.name for phase in phases) or "none"
        raise KerasStemError(f"Expected labels of one phase, found {names}.")
    if phases[0].point_group is None:
        raise KerasStemError(
            f"The phase {phases[0].name or 'of the labels'!r} is unknown: it has no point group."
        )
    return phases[0]
