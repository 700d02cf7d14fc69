"""Conventions of other programs for the axes that Euler angles refer to.

Two frames hide behind three angles. The *lab frame* of this package has x to the right, y up and z toward
the viewer of a map whose rows run downward; others count from axes that are turned by a multiple of 90 deg
about z. The *crystal frame* has e1 along a and e3 along c* (orix, EMsoft, EDAX); Oxford has e1 along a* and
e3 along c, which differs in the hexagonal, trigonal, monoclinic and triclinic systems.

Sources: the readers ``loadEBSD_ang``, ``loadEBSD_ACOM`` and ``loadEBSD_ctf`` of MTEX, which turn the angles
by 180 deg about x + y, x - y, x and y (EDAX settings 1 to 4), x + y (ASTAR) and x (Oxford) into the frame
with x to the right, y down and z into the page.
"""

from dataclasses import dataclass

import numpy as np
from diffpy.structure import Lattice
from orix.quaternion import Rotation

from keras_stem.crystal.rotations import from_matrices

ORIX_FRAME = "orix: passive, lab to crystal, e1 along a, e3 along c*, lab x right, y up, z against the beam"
"""The frames of this package, as models, labels and maps record them."""


@dataclass(frozen=True)
class Frame:
    """A convention.

    Parameters
    ----------
    description
        For people.
    quarter_turns
        Counter-clockwise turns by 90 deg, seen in the map, that bring x of the lab to x of the convention.
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
    """Return orientations of a convention in the frames of this package.

    Parameters
    ----------
    rotations
        Shape (n,), from the convention's axes to its crystal axes.
    frame
        A convention, or a key of `FRAMES`.
    lattice
        Of the crystal.

    Returns
    -------
    Rotation
        Shape (n,), lab to crystal.
    """
    crystal, lab = _changes(frame, lattice)
    return crystal * rotations * lab


def from_lab(rotations: Rotation, frame: str | Frame, lattice: Lattice) -> Rotation:
    """Return what `to_lab` would turn into these orientations (shape (n,), lab to crystal)."""
    crystal, lab = _changes(frame, lattice)
    return ~crystal * rotations * ~lab


def _changes(frame: str | Frame, lattice: Lattice) -> tuple[Rotation, Rotation]:
    """Return the rotations of the convention's crystal axes into ours, and of our lab axes into its own."""
    convention = FRAMES[frame] if isinstance(frame, str) else frame
    angle = convention.quarter_turns * np.pi / 2
    # The coordinates of a vector turn against the axes.
    lab = Rotation([np.cos(angle / 2), 0, 0, -np.sin(angle / 2)])
    if convention.crystal == "a":
        return Rotation.identity(), lab
    return from_matrices(_axes(lattice, False) @ _axes(lattice, True).T), lab


def _axes(lattice: Lattice, starred: bool) -> np.ndarray:
    """Return e1, e2 and e3 as rows, e1 along a* and e3 along c if starred, along a and c* otherwise."""
    direct = lattice.base
    reciprocal = np.linalg.inv(direct).T
    first, third = (reciprocal[0], direct[2]) if starred else (direct[0], reciprocal[2])
    e1, e3 = first / np.linalg.norm(first), third / np.linalg.norm(third)
    return np.stack([e1, np.cross(e3, e1), e3])
