"""Reference frames of Euler angles in different programs.

Euler angles relate two frames. The *lab frame* of this package has x to the right, y up and z towards the
viewer of a map whose rows run downward; other conventions use axes rotated by a multiple of 90 degrees about
z. The *crystal frame* has e1 along a and e3 along c* (orix, EMsoft, EDAX); Oxford uses e1 along a* and e3
along c, which differs in the hexagonal, trigonal, monoclinic and triclinic systems.

Sources: the readers ``loadEBSD_ang``, ``loadEBSD_ACOM`` and ``loadEBSD_ctf`` of MTEX, which rotate the angles
by 180 degrees about x + y, x - y, x and y (EDAX settings 1 to 4), x + y (ASTAR) and x (Oxford) into the frame
with x to the right, y down and z into the page.
"""

from dataclasses import dataclass

import numpy as np
from diffpy.structure import Lattice
from orix.quaternion import Rotation

from keras_stem.crystal.rotations import from_matrices

ORIX_FRAME = "orix: passive, lab to crystal, e1 along a, e3 along c*, lab x right, y up, z against the beam"
"""Frames of this package, as recorded in models, labels and maps."""


@dataclass(frozen=True)
class Frame:
    """Convention of Euler angles.

    Parameters
    ----------
    description
        Human-readable description.
    quarter_turns
        Number of counter-clockwise 90 degree rotations, as seen in the map, from x of the lab to x of the
        convention.
    crystal
        "a" if e1 is along a and e3 along c*, "a*" if e1 is along a* and e3 along c.
    """

    description: str
    quarter_turns: int
    crystal: str = "a"


FRAMES = {
    "orix": Frame("orix, EMsoft: x right, y up, z to the viewer", 0),
    "edax1": Frame("EDAX setting 1: x down, y right, z to the viewer", -1),
    "edax2": Frame("EDAX setting 2: x up, y left, z to the viewer", 1),
    "edax3": Frame("EDAX setting 3: x right, y up, z to the viewer", 0),
    "edax4": Frame("EDAX setting 4: x left, y down, z to the viewer", 2),
    "astar": Frame("ASTAR .ang: x down, y right, z to the viewer", -1),
    "oxford": Frame("Oxford .ctf: x right, y up, z to the viewer; e1 along a*", 0, "a*"),
}


def to_lab(rotations: Rotation, frame: str | Frame, lattice: Lattice) -> Rotation:
    """Convert orientations from a convention to the frames of this package.

    Parameters
    ----------
    rotations
        Shape (n,), from the lab axes of the convention to its crystal axes.
    frame
        Convention, or a key of `FRAMES`.
    lattice
        Lattice of the crystal.

    Returns
    -------
    Rotation
        Shape (n,), lab to crystal.
    """
    crystal, lab = _changes(frame, lattice)
    return crystal * rotations * lab


def from_lab(rotations: Rotation, frame: str | Frame, lattice: Lattice) -> Rotation:
    """Convert orientations, shape (n,), lab to crystal, to a convention; the inverse of `to_lab`."""
    crystal, lab = _changes(frame, lattice)
    return ~crystal * rotations * ~lab


def _changes(frame: str | Frame, lattice: Lattice) -> tuple[Rotation, Rotation]:
    """Return the rotations from a convention's crystal axes to ours and from our lab axes to its own."""
    convention = FRAMES[frame] if isinstance(frame, str) else frame
    angle = convention.quarter_turns * np.pi / 2
    # The coordinates of a vector rotate opposite to the axes.
    lab = Rotation([np.cos(angle / 2), 0, 0, -np.sin(angle / 2)])
    if convention.crystal == "a":
        return Rotation.identity(), lab
    return from_matrices(_axes(lattice, False) @ _axes(lattice, True).T), lab


def _axes(lattice: Lattice, starred: bool) -> np.ndarray:
    """Return e1, e2 and e3 as rows: e1 along a* and e3 along c if starred, otherwise along a and c*."""
    direct = lattice.base
    reciprocal = np.linalg.inv(direct).T
    first, third = (reciprocal[0], direct[2]) if starred else (direct[0], reciprocal[2])
    e1, e3 = first / np.linalg.norm(first), third / np.linalg.norm(third)
    return np.stack([e1, np.cross(e3, e1), e3])
