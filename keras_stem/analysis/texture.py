"""Fractions of phases and texture components in an orientation map."""

import re
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.vector import Vector3d

from keras_stem.analysis.grid import Grid
from keras_stem.analysis.notation import parse_angles, parse_indices
from keras_stem.analysis.pole_density import crystal_direction, plane_normal
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError

_SQUARE = 1e-6
"""Tolerance of the cosine between a plane normal and a direction that lies in the plane."""

_SIX_ELEMENTS = ("trigonal", "hexagonal")
"""Crystal systems that allow four-index notation."""

_PLANES = {
    "cubic": ("100", "110", "111"),
    "hexagonal": ("0001", "10-10", "11-20"),
    "trigonal": ("0001", "10-10", "11-20", "10-14"),
    "tetragonal": ("001", "100", "110"),
}


def crystal_system(phase: Phase) -> str:
    """Return the crystal system of a phase, such as "cubic"."""
    return phase.point_group.system


def takes(phase: Phase, indices: tuple[int, ...]) -> bool:
    """Return whether a phase allows indices: four are for trigonal and hexagonal crystals only."""
    return len(indices) == 3 or crystal_system(phase) in _SIX_ELEMENTS


def usual_planes(phase: Phase) -> list[tuple[int, ...]]:
    """Return the planes of the customary pole figures of a phase's crystal system."""
    return [parse_indices(text) for text in _PLANES.get(crystal_system(phase), ("100", "010", "001"))]


@dataclass(frozen=True)
class Component:
    """Texture component, given by an ideal orientation or by {hkl}<uvw>.

    Parameters
    ----------
    name
        Display name.
    angles
        Bunge Euler angles (degrees); () if the component is given by indices.
    plane, direction
        Indices of {hkl}<uvw>: the plane is normal to z, and the direction in it is parallel to x. All
        compatible pairs of the two families count, so that all variants form one component. () if the
        component is given by angles.
    """

    name: str
    angles: tuple[float, ...] = ()
    plane: tuple[int, ...] = ()
    direction: tuple[int, ...] = ()

    def fits(self, phase: Phase) -> bool:
        """Return whether the indices of the component are valid for a phase."""
        return takes(phase, self.plane or (0, 0, 0)) and takes(phase, self.direction or (0, 0, 0))

    def orientations(self, phase: Phase) -> Rotation:
        """Return the ideal orientations not equivalent by proper rotations, lab to crystal.

        Raises
        ------
        KerasStemError
            If no direction lies in the plane.
        """
        if self.angles:
            return Rotation.from_euler(np.reshape(self.angles, (1, 3)), degrees=True)
        normal = plane_normal(self.plane, phase)
        family = proper_point_group(phase).outer(Vector3d(crystal_direction(self.direction, phase)))
        along = np.vstack([family.data.reshape(-1, 3), -family.data.reshape(-1, 3)])
        along = along[np.abs(along @ normal) < _SQUARE]
        if not len(along):
            raise KerasStemError(f"No direction of the component {self.name} lies in its plane.")
        # Proper rotations map other planes of the family here, but not always to the opposite normal.
        normals = np.vstack([np.tile(normal, (len(along), 1)), np.tile(-normal, (len(along), 1))])
        along = np.vstack([along, along])
        # The columns are the crystal directions parallel to x, y and z.
        return from_matrices(np.stack([along, np.cross(normals, along), normals], axis=2))


def parse_component(text: str) -> Component:
    """Parse a component written as ``NAME:phi1,Phi,phi2`` or ``NAME:{hkl}<uvw>``.

    Raises
    ------
    KerasStemError
        If the text has neither form.
    """
    name, colon, ideal = text.partition(":")
    if not (name and colon):
        raise KerasStemError(
            f"Expected a component such as Goss:0,45,0 or 'Goss:{{110}}<001>', found {text!r}."
        )
    found = re.fullmatch(r"\{(.*)\}<(.*)>", ideal)
    if found is None:
        return Component(name, angles=parse_angles(ideal))
    return Component(name, plane=parse_indices(found[1]), direction=parse_indices(found[2]))


def phase_fractions(grid: Grid) -> dict[int, float]:
    """Return the fraction of each phase among the unmasked points, by phase number."""
    shown = grid.phase[grid.shown]
    return {number: float(np.mean(shown == number)) for number in grid.phases}


def component_fraction(
    rotations: Rotation, phase: Phase, component: Component, tolerance: float = 15.0
) -> float:
    """Return the fraction of orientations that belong to a texture component.

    Parameters
    ----------
    rotations
        Orientations, shape (n,), lab to crystal.
    phase
        Phase of the orientations.
    component
        Component that is valid for the phase.
    tolerance
        Largest disorientation from the nearest ideal orientation (degrees).

    Raises
    ------
    KerasStemError
        If no direction of the component lies in its plane.
    """
    symmetry, near = proper_point_group(phase), np.zeros(rotations.size, bool)
    for ideal in component.orientations(phase):
        near |= disorientation(rotations, ideal, symmetry) <= np.deg2rad(tolerance)
    return float(near.mean())
