"""Phases of crystal maps, and orientations in other cells of the same crystals."""

from collections.abc import Mapping

import numpy as np
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.io.plugins.orix_hdf5 import crystalmap2dict, dict2crystalmap
from orix.quaternion import Rotation

from keras_stem.crystal.axes import require_relation
from keras_stem.crystal.euler import euler_of
from keras_stem.errors import KerasStemError

EULER = ("phi1", "Phi", "phi2")
"""Names of the Euler angles in the data of a map in the schema of orix."""

CANDIDATES = ("candidate_angles", "candidate_phases")
"""Names of the Euler angles of several candidates per point, shape (n, c, 3), and of their phases."""


def turn_points(data: dict[str, np.ndarray], number: int, rotation: Rotation) -> None:
    """Rotate the orientations of a phase, and all Euler-angle properties, into other crystal axes.

    Parameters
    ----------
    data
        Data of n points in the schema of orix, changed in place: "phi1", "Phi", "phi2" and "phase_id", and
        properties whose names end in "_euler" or that are `CANDIDATES`, in radians.
    number
        Index of the phase.
    rotation
        Rotation from the old crystal axes to the new ones.
    """
    angles = {"": np.stack([data[name] for name in EULER], axis=-1)}
    of_properties = [name for name in data if name.endswith("_euler") or name == CANDIDATES[0]]
    angles |= {name: data[name] for name in of_properties}
    for name, euler in angles.items():
        of_phases = CANDIDATES[1] if name == CANDIDATES[0] else f"{name.removesuffix('_euler')}_phase_id"
        phases = data.get(of_phases, data["phase_id"])
        if np.shape(phases) != np.shape(euler)[:-1]:
            continue
        chosen = np.asarray(phases) == number
        turned = np.array(euler, float)
        turned[chosen] = euler_of(rotation * Rotation.from_euler(turned[chosen]))
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
        turn_points(plain["data"], number, rotation)
    found = dict2crystalmap(plain)
    phases = {**dict(labels.phases), **{number: phase for number, (phase, _) in changes.items()}}
    found.phases = PhaseList({number: phases[number] for number, _ in found.phases})
    return found


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
