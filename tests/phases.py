"""Phases of all eleven Laue groups, with different settings of some."""

from diffpy.structure import Atom, Lattice, Structure
from orix.crystal_map import Phase

from keras_stem.crystal.phase import linio2


def phase_of(space_group, lattice):
    """A phase with an atom in general position, so that it has no more symmetry than its space group."""
    structure = Structure([Atom("Ni", [0.13, 0.21, 0.34])], lattice=Lattice(*lattice))
    return Phase("test", space_group=space_group, structure=structure).expand_asymmetric_unit()


PHASES = {
    "R-3m": linio2,
    "P-1": lambda: phase_of(2, (4, 5, 6, 80, 95, 105)),
    "P2_1/c": lambda: phase_of(14, (4, 5, 6, 90, 105, 90)),
    "Pmmm": lambda: phase_of(47, (4, 5, 6, 90, 90, 90)),
    "P4/m": lambda: phase_of(83, (4, 4, 6, 90, 90, 90)),
    "P4/mmm": lambda: phase_of(123, (4, 4, 6, 90, 90, 90)),
    "P-3": lambda: phase_of(147, (4, 4, 6, 90, 90, 120)),
    "P312": lambda: phase_of(149, (4, 4, 6, 90, 90, 120)),
    "P-31m": lambda: phase_of(162, (4, 4, 6, 90, 90, 120)),
    "P-3m1": lambda: phase_of(164, (4, 4, 6, 90, 90, 120)),
    "P6/m": lambda: phase_of(175, (4, 4, 6, 90, 90, 120)),
    "P6/mmm": lambda: phase_of(191, (4, 4, 6, 90, 90, 120)),
    "Pm-3": lambda: phase_of(200, (5, 5, 5, 90, 90, 90)),
    "Pm-3m": lambda: phase_of(221, (5, 5, 5, 90, 90, 90)),
}
