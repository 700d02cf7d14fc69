"""Serialised form of a phase, in which orix and this package write it to files."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import gemmi
import numpy as np
from diffsims.utils.lobato_scattering_params import ATOMIC_SCATTERING_PARAMS_LOBATO
from matplotlib.colors import is_color_like
from orix.crystal_map import Phase
from pydantic import Field

from keras_stem.crystal.cell import lattice_base
from keras_stem.errors import KerasStemError
from keras_stem.schema import Finite, Positive, shortened, validated

Vector = tuple[Finite, Finite, Finite]
Matrix = tuple[Vector, Vector, Vector]
SpaceGroupNumber = Annotated[int, Field(ge=1, le=230)]
Angle = Annotated[float, Field(gt=0, lt=180)]

LARGEST_OCCUPANCY = 100
"""Largest plausible occupancy; larger values are errors of the file."""

_LARGEST_CONSTANT = 1000.0
"""Largest lattice constant (Å). No crystal has a larger cell, and its reflections could not be enumerated."""

_SMALLEST_VOLUME = 0.1
"""Smallest cell volume (Å³). orix phases without a cell have a volume of 1 Å³."""


@dataclass(frozen=True)
class PlainAtom:
    """Atom with coordinates in the lattice axes of orix and U (Å²)."""

    element: str
    label: str
    occupancy: Annotated[float, Field(ge=0, le=LARGEST_OCCUPANCY)]
    xyz: Vector
    U: Matrix


@dataclass(frozen=True)
class PlainLattice:
    """Lattice constants (Å and degrees) and the rotation of the lattice axes."""

    abcABG: tuple[Positive, Positive, Positive, Angle, Angle, Angle]
    baserot: Matrix


@dataclass(frozen=True)
class PlainStructure:
    """Lattice and its atoms by number."""

    lattice: PlainLattice
    atoms: dict[str, PlainAtom]


@dataclass(frozen=True)
class PlainPhase:
    """Phase in the schema of `orix.io.plugins.orix_hdf5.phase2dict`, in which "None" stands for unknown.

    `keras_stem.crystal.phase.phase_to_dict` adds the setting of the cell.
    """

    name: str
    space_group: Literal["None"] | SpaceGroupNumber
    point_group: str
    color: str
    structure: PlainStructure
    setting: dict[str, Any] | None = None


def checked_phase(plain: Any, where: object) -> dict[str, Any]:
    """Return the serialised form of a phase, validated against `PlainPhase`, with neutral elements.

    Raises
    ------
    KerasStemError
        If a part is missing or invalid for a crystal; the message names it.
    """
    phase = validated(PlainPhase, plain, where)
    require_lattice(phase.structure.lattice.abcABG, where)
    if not is_color_like(phase.color):
        raise KerasStemError(f"Expected color in {where} to be a colour, found {shortened(phase.color)}.")
    if phase.space_group == "None":  # otherwise it defines the point group, whose name orix may not recognise
        _require_point_group(phase.point_group, where)
    found = asdict(phase)
    for name, atom in found["structure"]["atoms"].items():
        atom["element"] = neutral_element(atom["element"])
        if atom["element"] is None:
            element = phase.structure.atoms[name].element
            raise KerasStemError(
                f"Expected structure/atoms/{name}/element in {where} to be a chemical element, "
                f"found {shortened(element)}."
            )
    return found


def neutral_element(text: str) -> str | None:
    """Return the symbol of an element without its charge, such as Ni for Ni2+; None if it is invalid.

    Only elements with known electron scattering factors are valid; deuterium is treated as hydrogen.
    """
    letters = re.findall(r"^\s*([A-Za-z]*)", text)[0]
    name = gemmi.Element(letters).name
    name = "H" if name == "D" else name
    return name if name in ATOMIC_SCATTERING_PARAMS_LOBATO else None


def require_lattice(constants: Sequence[float], where: object) -> None:
    """Raise `KerasStemError` unless lattice constants (Å, degrees) form a valid cell."""
    with np.errstate(all="ignore"):
        volume = np.linalg.det(lattice_base(tuple(constants)))
    if not (max(constants[:3]) <= _LARGEST_CONSTANT and volume >= _SMALLEST_VOLUME):
        found = ", ".join(f"{constant:g}" for constant in constants)
        raise KerasStemError(
            f"Expected the lattice constants of a crystal in {where} "
            f"(up to {_LARGEST_CONSTANT:g} Å, angles that make a cell), found {found}."
        )


def _require_point_group(name: str, where: object) -> None:
    try:
        Phase(point_group=None if name == "None" else name)
    except ValueError as error:
        raise KerasStemError(
            f"Expected point_group in {where} to be one that orix knows, found {shortened(name)}."
        ) from error
