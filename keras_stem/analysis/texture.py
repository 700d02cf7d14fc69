"""Shares of a map: of its phases, and of texture components."""

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
"""Largest cosine of the angle between a plane's normal and a direction in the plane."""

_SIX_ELEMENTS = ("trigonal", "hexagonal")
"""Systems whose planes may have four indices."""

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
    """Return whether indices are ones of a phase: four are for trigonal and hexagonal crystals alone."""
    return len(indices) == 3 or crystal_system(phase) in _SIX_ELEMENTS


def usual_planes(phase: Phase) -> list[tuple[int, ...]]:
    """Return the planes whose pole figures are common in the crystal system of a phase."""
    return [parse_indices(text) for text in _PLANES.get(crystal_system(phase), ("100", "010", "001"))]


@dataclass(frozen=True)
class Component:
    """A texture component: one ideal orientation, or planes and directions parallel to the sample's axes.

    Parameters
    ----------
    name
        For people.
    angles
        Bunge Euler angles, deg; () if it has indices.
    plane, direction
        Indices of {hkl}<uvw>: a plane normal to z that holds a direction along x. Every pair of the two
        families that fits counts, so that all variants are one component. () if it has angles.
    """

    name: str
    angles: tuple[float, ...] = ()
    plane: tuple[int, ...] = ()
    direction: tuple[int, ...] = ()

    def fits(self, phase: Phase) -> bool:
        """Return whether the component is one of a phase."""
        return takes(phase, self.plane or (0, 0, 0)) and takes(phase, self.direction or (0, 0, 0))

    def orientations(self, phase: Phase) -> Rotation:
        """Return its ideal orientations that are not equivalent by proper rotations, lab to crystal.

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
        # The crystal's rotations bring the other planes here; not always the other side of this one.
        normals = np.vstack([np.tile(normal, (len(along), 1)), np.tile(-normal, (len(along), 1))])
        along = np.vstack([along, along])
        # Columns are the crystal directions along x, y and z.
        return from_matrices(np.stack([along, np.cross(normals, along), normals], axis=2))


def parse_component(text: str) -> Component:
    """Return a component written as ``NAME:phi1,Phi,phi2`` or ``NAME:{hkl}<uvw>``.

    Raises
    ------
    KerasStemError
        If it is neither.
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
    """Return the share of each phase in the points that are not masked, by its number."""
    shown = grid.phase[grid.shown]
    return {number: float(np.mean(shown == number)) for number in grid.phases}


def component_fraction(
    rotations: Rotation, phase: Phase, component: Component, tolerance: float = 15.0
) -> float:
    """Return the share of orientations that are near a texture component.

    Parameters
    ----------
    rotations
        Shape (n,), lab to crystal.
    phase
        Of them.
    component
        One that fits the phase.
    tolerance
        Largest disorientation from the nearest of its ideal orientations, deg.

    Raises
    ------
    KerasStemError
        If no direction of the component lies in its plane.
    """
    symmetry, near = proper_point_group(phase), np.zeros(rotations.size, bool)
    for ideal in component.orientations(phase):
        near |= disorientation(rotations, ideal, symmetry) <= np.deg2rad(tolerance)
    return float(near.mean())
