"""Validated reading of the HDF5 group ``/crystal_map`` in the schema of orix."""

import json
from typing import Any

import h5py
import numpy as np
from orix.crystal_map import Phase

from keras_stem.crystal.map_phases import EULER
from keras_stem.crystal.phase import phase_from_dict
from keras_stem.crystal.plain_phase import Matrix
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import NOT_INDEXED
from keras_stem.io.hdf5_items import (
    item,
    place,
    read_numbers,
    read_text,
    require_dataset,
    require_group,
    require_numbers,
)
from keras_stem.schema import shortened, validated
from keras_stem.units import PIXELS

_MOST_STEPS = 1e9
"""From the origin to the farthest point of a map."""

OWN = "keras_stem"
"""Data set beside orix's description of a phase, with that of this package and a rotation.

The rotation is from the crystal axes of this package to those of the file.
"""

_GEOMETRY = ("x", "y", "phase_id", "is_in_data", "id", *EULER)

_ONE_NUMBER = (
    "Q",
    "R",
    "uncertainty",
    "uncertainty_95",
    "reliability",
    "agreement",
    "unlike",
    "out_of_distribution",
)
"""Properties with one number per point; other properties may have several."""

_RENAMED = {"unlike": "out_of_distribution"}
"""Property names of version 0.1.0 and their current names."""


def read_points(group: h5py.Group) -> dict[str, np.ndarray]:
    """Return the data of n points with n as the first axis, also for a single point.

    Parameters
    ----------
    group
        Group ``/crystal_map/data``.

    Raises
    ------
    KerasStemError
        If an array is missing, or has a wrong length or invalid values.
    """
    count = _count(group)
    points = {name: _geometry(group, name, count) for name in _GEOMETRY if name != "id"}
    properties = {name: _property(group, name, count) for name in group if name not in _GEOMETRY}
    points |= {_RENAMED.get(name, name): values for name, values in properties.items()}
    for name in "xy":
        _require_steps(points[name], place(group, name))
    _require_angles(points, group)
    return points


def _count(group: h5py.Group) -> int:
    """Return the number of points, which is that of the phase indices; orix writes one point as one entry."""
    data = require_numbers(require_dataset(group, "phase_id"), "iu")
    if data.ndim not in (1, 2) or not data.size:
        raise KerasStemError(
            f"Expected a phase for each point in {place(data)}, found the shape {data.shape}."
        )
    return data.shape[0]


def _geometry(group: h5py.Group, name: str, count: int) -> np.ndarray:
    kinds = {"phase_id": "iu", "is_in_data": "biu"}.get(name, "iuf")
    several = (name in EULER or name == "phase_id") and require_dataset(group, name).ndim == 2
    values = _entries(group, name, count, kinds)
    if name in "xy" and values.shape == (1,):  # orix writes one number for the constant axis of a line
        values = np.full(count, values[0])
    expected = (count, *values.shape[1:2]) if several else (count,)
    if values.shape != expected:
        raise _wrong_shape(group, name, expected, values.shape)
    if name == "phase_id" and (values.min() < NOT_INDEXED or values.max() > np.iinfo(np.int32).max):
        raise KerasStemError(f"Expected numbers of phases from -1 on in {place(group, name)}, found others.")
    if name == "is_in_data":
        return values.astype(bool)
    return values.astype(np.int64 if name == "phase_id" else np.float64)


def _require_steps(coordinates: np.ndarray, where: str) -> None:
    """Raise `KerasStemError` if two coordinates are so close that orix could not count the steps."""
    found = np.unique(coordinates)
    step = np.diff(found).min(initial=np.inf)
    if np.abs(found).max() > _MOST_STEPS * step:
        raise KerasStemError(
            f"Expected coordinates with even steps in {where}, found two only {step:.3g} apart."
        )


def _property(group: h5py.Group, name: str, count: int) -> np.ndarray:
    values = _entries(group, name, count, "biuf")
    if name in _ONE_NUMBER and values.ndim == 2:
        values = values[:, 0]  # the best of several solutions comes first
    tail = (3,) if name.endswith("_euler") else values.shape[1:]
    expected = (count,) if name in _ONE_NUMBER or name.endswith("_phase_id") else (count, *tail)
    if values.shape != expected:
        raise _wrong_shape(group, name, expected, values.shape)
    return values


def _entries(group: h5py.Group, name: str, count: int, kinds: str) -> np.ndarray:
    """Return values, after checking the length of their first axis before reading."""
    data = require_numbers(require_dataset(group, name), kinds)
    shape = data.shape or (1,)
    if shape[0] != count and not (name in "xy" and shape == (1,)):
        raise _wrong_shape(group, name, (count, *shape[1:]), shape)
    values = np.atleast_1d(read_numbers(group, name, kinds)).astype(data.dtype.newbyteorder("="), copy=False)
    if count == 1 and values.shape[:2] == (1, 1):  # layout of a single point written for orix
        return values[0]
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values


def _wrong_shape(
    group: h5py.Group, name: str, expected: tuple[int, ...], found: tuple[int, ...]
) -> KerasStemError:
    return KerasStemError(
        f"Expected the shape {expected} in {place(group, name)}, as there are so many points, found {found}."
    )


def _require_angles(points: dict[str, np.ndarray], group: h5py.Group) -> None:
    """Raise `KerasStemError` if an indexed point has no orientation; set other missing angles to 0."""
    for name in EULER:
        if points[name].shape != points["phi1"].shape:
            raise _wrong_shape(group, name, points["phi1"].shape, points[name].shape)
        values = points[name].reshape(len(points["phase_id"]), -1)
        missing = ~np.isfinite(values)
        indexed = (points["phase_id"].reshape(len(values), -1)[:, 0] >= 0) & points["is_in_data"]
        if missing[indexed].any():
            point = int(np.flatnonzero(missing.any(axis=1) & indexed)[0])
            raise KerasStemError(
                f"Expected finite angles in {place(group, name)}, found NaN or infinity at the point {point}."
            )
        values[missing] = 0


def read_unit(header: h5py.Group) -> str:
    """Return the unit of the positions. Raises `KerasStemError` if it is not text."""
    return PIXELS if item(header, "scan_unit") is None else read_text(header, "scan_unit")


def read_phases(header: h5py.Group) -> dict[int, tuple[Phase, np.ndarray]]:
    """Return each phase by its index, with the rotation matrix from its crystal axes to those of the file.

    Parameters
    ----------
    header
        Group ``/crystal_map/header``.

    Raises
    ------
    KerasStemError
        If a phase has no index, or its description is not that of a crystal.
    """
    group = require_group(header, "phases")
    wrong = next((name for name in group if not name.removeprefix("-").isdecimal()), None)
    if wrong is not None:
        raise KerasStemError(f"Expected numbers as names in {place(group)}, found {shortened(wrong)}.")
    return {int(name): _read_phase(require_group(group, name)) for name in group}


def _read_phase(group: h5py.Group) -> tuple[Phase, np.ndarray]:
    if item(group, OWN) is None:
        return phase_from_dict(_orix_phase(group), place(group)), np.eye(3)
    where = place(group, OWN)
    try:
        own = json.loads(read_text(group, OWN))
    except (ValueError, RecursionError) as error:
        raise KerasStemError(f"Expected JSON in {where}, found something else ({error}).") from error
    own = validated(dict[str, Any], own, where)
    rotation: np.ndarray = np.array(validated(Matrix, own.get("rotation"), f"the rotation of {where}"))
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4) or np.linalg.det(rotation) < 0:
        raise KerasStemError(f"Expected a rotation in {where}, found another matrix.")
    return phase_from_dict(own.get("phase"), where), rotation


def _orix_phase(group: h5py.Group) -> dict[str, Any]:
    """Return the description of a phase in the schema of orix."""
    structure = require_group(group, "structure")
    lattice, atoms = (require_group(structure, name) for name in ("lattice", "atoms"))
    return {
        **{name: read_text(group, name) for name in ("name", "point_group", "color")},
        "space_group": _space_group(group),
        "structure": {
            "lattice": {name: read_numbers(lattice, name).tolist() for name in ("abcABG", "baserot")},
            "atoms": {name: _orix_atom(require_group(atoms, name)) for name in atoms},
        },
    }


def _space_group(group: h5py.Group) -> str | int:
    """Return the space group number, or the text "None"."""
    if require_dataset(group, "space_group").dtype.kind in "iu":
        return int(_single(group, "space_group"))
    return read_text(group, "space_group")


def _orix_atom(group: h5py.Group) -> dict[str, Any]:
    return {
        **{name: read_text(group, name) for name in ("element", "label")},
        "occupancy": float(_single(group, "occupancy")),
        **{name: read_numbers(group, name).tolist() for name in ("xyz", "U")},
    }


def _single(group: h5py.Group, name: str) -> Any:
    values = read_numbers(group, name)
    if values.size != 1:
        raise KerasStemError(f"Expected one number in {place(group, name)}, found {values.size}.")
    return values.ravel()[0]
