"""Crystal maps in HDF5 files of orix: writing and reading."""

import io
import json
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import orix
from orix.crystal_map import CrystalMap, PhaseList
from orix.io.plugins.orix_hdf5 import crystalmap2dict, dict2hdf5group, phase2dict
from orix.quaternion import Rotation

from keras_stem.crystal.axes import orix_form
from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.map_phases import EULER, turn_points
from keras_stem.crystal.phase import phase_to_dict
from keras_stem.crystal.rotations import from_matrices
from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5_items import require_group
from keras_stem.io.map_grid import completed, require_shape
from keras_stem.io.orix_schema import OWN, read_phases, read_points, read_unit
from keras_stem.units import plain_unit

_INCOMING = "incoming_labels"
"""Group to which labels are written before they replace existing ones."""


def write_map_group(file: h5py.File, labels: CrystalMap, origin: Mapping[str, str] | None = None) -> None:
    """Write a crystal map to an open HDF5 file in the format of orix, replacing an existing one.

    The old map is removed only after the new one is complete. The origin is stored in the attributes of
    ``/crystal_map``. Where orix would assume other symmetry axes than those of a phase, the phase and its
    orientations are written in a cell whose axes orix supports, and `read_map_group` converts them back.
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


def map_bytes(labels: CrystalMap, origin: Mapping[str, str] | None = None) -> bytes:
    """Return the content of an HDF5 file that holds only labels, written by `write_map_group`."""
    image = io.BytesIO()
    with h5py.File(image, "w") as file:
        write_map_group(file, labels, origin)
    return image.getvalue()


def _write_text(group: h5py.Group, name: str, text: str) -> None:
    """Write text in UTF-8, which orix would truncate to as many bytes as it has characters."""
    del group[name]
    group.create_dataset(name, data=np.array([text.encode(errors="replace") + b"\0"]))


def _for_orix(labels: CrystalMap) -> dict[str, Any]:
    """Return the dictionary of a map for the orix plugin, adapted so that orix reads it correctly."""
    plain = crystalmap2dict(labels)
    plain["header"]["scan_unit"] = plain_unit(labels.scan_unit)
    plain["data"] |= dict(zip(EULER, np.moveaxis(euler_of(labels.rotations), -1, 0), strict=True))
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
            turn_points(plain["data"], number, rotation)
    for phase in described.values():
        phase["name"] = phase["name"].encode(errors="replace").decode()  # orix encodes strictly
    if labels.size == 1:
        # orix reads arrays of one entry as scalars, from which it cannot create a map.
        plain["data"] = {name: np.asarray(values)[None] for name, values in plain["data"].items()}
    return plain


def _stored_map(group: h5py.Group) -> CrystalMap:
    """Return the map that `write_map_group`, or orix itself, has written to a group."""
    header, data = (require_group(group, name) for name in ("header", "data"))
    points, phases = read_points(data), read_phases(header)
    for number, (_, rotation) in phases.items():
        if not np.allclose(rotation, np.eye(3)):
            turn_points(points, number, from_matrices(rotation.T))
    euler = np.stack([points.pop(name) for name in EULER], axis=-1)
    return CrystalMap(
        Rotation.from_euler(euler),
        **{name: points.pop(name) for name in ("phase_id", "x", "y", "is_in_data")},
        phase_list=PhaseList({number: phase for number, (phase, _) in phases.items()}),
        prop=points,
        scan_unit=read_unit(header),
    )


def read_map_group(file: h5py.File, shape: tuple[int, int] | None = None) -> CrystalMap:
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
