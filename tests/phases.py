"""Phases of all eleven Laue groups, with different settings of some, and LiNiO2 as a CIF file."""

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

LINIO2 = """data_LiNiO2
_cell_length_a 2.876
_cell_length_b 2.876
_cell_length_c 14.19
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
_space_group_name_H-M_alt 'R -3 m :H'
_space_group_IT_number 166
_chemical_formula_sum 'Li1 Ni1 O2'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
_atom_site_U_iso_or_equiv
Ni1 Ni 0 0 0 1 0.005
Li1 Li 0 0 0.5 1 0.01
O1 O 0 0 0.242 1 0.007
"""
