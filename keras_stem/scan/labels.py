"""Labels of a scan: an orix crystal map in the same HDF5 file."""

import h5py
import numpy as np
import orix
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.io.plugins._h5ebsd import hdf5group2dict
from orix.io.plugins.orix_hdf5 import crystalmap2dict, dict2crystalmap, dict2hdf5group
from orix.quaternion import Rotation

from keras_stem.errors import KerasStemError

TRUTH = ("truth_", "second_")
"""How the names of properties begin that tell what a simulated scan really is."""

_INCOMING = "incoming_labels"
"""Group in which labels are written before they replace others."""


def crystal_map(
    rotations: Rotation,
    phase: Phase | list[Phase],
    shape: tuple[int, int],
    step: float,
    unit: str,
    properties: dict[str, np.ndarray],
    phase_id: np.ndarray | None = None,
) -> CrystalMap:
    """Return a map on a rectangular grid.

    Parameters
    ----------
    rotations
        Shape (rows * columns,), lab to crystal, row by row.
    phase
        The phase, or several.
    shape
        Rows and columns.
    step, unit
        Distance of neighbours and its unit.
    properties
        Arrays whose first axis is that of ``rotations``.
    phase_id
        Number of the phase at each position, -1 where it is not indexed; 0 everywhere by default.

    Returns
    -------
    CrystalMap
    """
    y, x = np.indices(shape)
    return CrystalMap(
        rotations,
        phase_id=np.zeros(y.size, dtype=int) if phase_id is None else phase_id,
        x=x.ravel() * step,
        y=y.ravel() * step,
        phase_list=PhaseList(phase),
        prop=properties,
        scan_unit=unit,
    )


def write_labels(file: h5py.File, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
    """Put a crystal map into an open HDF5 file as orix does, in place of one that is there.

    The old map goes only when the new one is complete. What is known of its origin stands in the attributes
    of ``/crystal_map``.
    """
    file.pop(_INCOMING, None)
    header = {"manufacturer": "orix", "version": orix.__version__}
    dict2hdf5group({**header, "crystal_map": crystalmap2dict(labels)}, file.create_group(_INCOMING))
    for name in (*header, "crystal_map"):
        file.pop(name, None)
        file.move(f"{_INCOMING}/{name}", name)
    del file[_INCOMING]
    file["crystal_map"].attrs.update(origin or {})


def grid_shape(crystal_map: CrystalMap) -> tuple[int, int]:
    """Return rows and columns of a map; orix drops the direction that has one position only."""
    rows, columns = (1 if axis is None else len(np.unique(axis)) for axis in (crystal_map.y, crystal_map.x))
    return rows, columns


def require_shape(labels: CrystalMap, shape: tuple[int, int], where: object) -> None:
    """Raise `KerasStemError` unless there is one label for each scan position."""
    found = grid_shape(labels)
    if found != shape:
        raise KerasStemError(
            f"Expected labels of {shape[0]} x {shape[1]} positions for {where}, "
            f"found {found[0]} x {found[1]}."
        )


def read_labels(file: h5py.File, shape: tuple[int, int] | None = None) -> CrystalMap:
    """Read the crystal map of an open HDF5 file, and nothing else of it.

    Parameters
    ----------
    file
        `orix.io.load` would read every data set of the file, all patterns included.
    shape
        Rows and columns of scan positions that the map must have; None for any.

    Raises
    ------
    KerasStemError
        If there are no labels, or not one for each position.
    """
    if "crystal_map" not in file:
        raise KerasStemError(f"{file.filename} has no labels (no /crystal_map); this step needs them.")
    try:
        labels = dict2crystalmap(hdf5group2dict(file["crystal_map"], recursive=True))
    except Exception as error:  # orix raises whatever its parsing meets
        raise KerasStemError(f"Cannot read the labels of {file.filename}: {error}.") from error
    if shape is not None:
        require_shape(labels, shape, file.filename)
    return labels


def with_truth_of(labels: CrystalMap, before: CrystalMap) -> CrystalMap:
    """Return labels with the truth that labels of the same scan had, if it is simulated."""
    for name, values in before.prop.items():
        if name.startswith(TRUTH):
            labels.prop[name] = np.asarray(values)
    return labels


def single_phase(labels: CrystalMap) -> Phase:
    """Return the only phase of a map.

    Raises
    ------
    KerasStemError
        If the map has no phase with a point group, or several.
    """
    phases = [phase for index, phase in labels.phases_in_data if index >= 0]
    if len(phases) != 1:
        names = ", ".join(phase.name for phase in phases) or "none"
        raise KerasStemError(f"Expected labels of one phase, found {names}.")
    if phases[0].point_group is None:
        raise KerasStemError(
            f"The phase {phases[0].name or 'of the labels'!r} is unknown: it has no point group."
        )
    return phases[0]
