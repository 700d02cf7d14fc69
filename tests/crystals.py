"""CIF files for tests, and crystal directions that do not depend on a choice of cell. Not a test itself."""

import json
from pathlib import Path

import numpy as np

CIF = Path(__file__).parent / "data" / "cif"
EXPECTED = json.loads((CIF / "expected.json").read_text())
"""What an independent reader (gemmi) makes of each file, in the setting of the file."""

SAME_CRYSTAL = (
    ("spinel_origin1", "spinel_origin2"),
    ("silicon_origin1", "silicon_origin2"),
    ("linio2_hexagonal", "linio2_rhombohedral", "linio2_primitive_p1"),
    ("zirconia_p21c", "zirconia_p21a", "zirconia_unique_c"),
)

_CELL = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")


def cif(name):
    return CIF / f"{name}.cif"


def write_cif(path, symbol, lattice, atoms, more=""):
    """Write a CIF file; atoms are lines of label, x, y, z, occupancy, U."""
    cell = "\n".join(f"_cell_{name} {value}" for name, value in zip(_CELL, lattice.split(), strict=True))
    columns = "\n".join(
        f"_atom_site_{name}"
        for name in ("label", "fract_x", "fract_y", "fract_z", "occupancy", "U_iso_or_equiv")
    )
    group = f"_space_group_name_H-M_alt '{symbol}'\n" if symbol else ""
    path.write_text(f"data_{path.stem}\n{group}{cell}\n{more}\nloop_\n{columns}\n" + "\n".join(atoms) + "\n")
    return path


LATTICES = {
    "triclinic": "4.1 5.2 6.3 82 95 103",
    "monoclinic": "4.1 5.2 6.3 90 98 90",
    "orthorhombic": "4.1 5.2 6.3 90 90 90",
    "tetragonal": "4.1 4.1 6.3 90 90 90",
    "trigonal": "4.1 4.1 6.3 90 90 120",
    "hexagonal": "4.1 4.1 6.3 90 90 120",
    "cubic": "6.3 6.3 6.3 90 90 90",
}


def lattice_of(group):
    """Lattice constants that the setting of a space group allows."""
    system = group.crystal_system_str()
    if system == "monoclinic":
        angles = {"a": "98 90 90", "b": "90 98 90", "c": "90 90 98"}
        return f"4.1 5.2 6.3 {angles[group.monoclinic_unique_axis()]}".split()
    if group.ext == "R":
        return ["5.1", "5.1", "5.1", "74", "74", "74"]
    return LATTICES[system].split()


def random_crystal(group, folder):
    """Write a CIF file of a setting of a space group, with two atoms anywhere."""
    rng = np.random.default_rng(group.number)
    atoms = [f"{element} {' '.join(f'{x:.4f}' for x in rng.random(3))} 1 0" for element in ("Fe", "O")]
    return write_cif(folder / "random.cif", group.xhm(), " ".join(lattice_of(group)), atoms)


def cell_vectors(lattice):
    """Vectors a, b, c as rows with e1 along a and e3 along c*, written out by hand."""
    a, b, c, alpha, beta, gamma = (*lattice[:3], *np.deg2rad(lattice[3:]))
    b_vector = np.array([np.cos(gamma), np.sin(gamma), 0]) * b
    x = c * np.cos(beta)
    y = c * (np.cos(alpha) - np.cos(beta) * np.cos(gamma)) / np.sin(gamma)
    return np.array([[a, 0, 0], b_vector, [x, y, np.sqrt(c * c - x * x - y * y)]])


def orientation_of(vectors):
    """The matrix, lab to crystal, of a cell whose vectors a, b, c (rows) are given in the lab."""
    e1 = vectors[0] / np.linalg.norm(vectors[0])
    e3 = np.cross(vectors[0], vectors[1])
    e3 /= np.linalg.norm(e3)
    return np.stack([e1, np.cross(e3, e1), e3])
