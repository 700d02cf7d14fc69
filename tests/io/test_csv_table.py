"""Tables with any delimiter, and their columns."""

import numpy as np
import pytest
from text_maps import SHAPE

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.pairing import GivenPhase
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import load_map


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_any_delimiter(delimiter, rotations, tmp_path):
    y, x = (axis.ravel() for axis in np.indices((3, 4)) * 2.5)
    euler = np.rad2deg(rotations.to_euler())
    rows = [[f"{number:.4f}" for number in row] for row in np.column_stack([x, y, euler])]
    if delimiter != ",":
        rows = [[number.replace(".", ",") for number in row] for row in rows]
    lines = [delimiter.join(row) for row in [["X", '"Y"', "phi1", "PHI", "phi2"], *rows]]
    (tmp_path / "map.csv").write_text("\n".join(lines), encoding="latin-1")
    found, _ = load_map(tmp_path / "map.csv", "orix", [GivenPhase(linio2())])
    symmetry = proper_point_group(linio2())
    assert np.rad2deg(disorientation(found.rotations, rotations, symmetry)).max() < 1e-3
    assert (found.dy, found.dx) == (2.5, 2.5)


def csv_rows(rng):
    y, x = (axis.ravel() for axis in np.indices(SHAPE) * 2.0)
    rotations = random_rotations(24, rng)
    return rotations, np.column_stack([x, y, np.rad2deg(rotations.to_euler())])


def write_csv(path, header, table):
    path.write_text("\n".join([header, *(",".join(f"{one:.6f}" for one in row) for row in table)]))


def test_columns_and_phases_of_a_csv(rng, tmp_path):
    path, given = tmp_path / "map.csv", [GivenPhase(linio2())]
    rotations, table = csv_rows(rng)
    write_csv(path, "x,y,phi1,Phi,phi2,note,note", np.column_stack([table, table[:, :2]]))
    found, _ = load_map(path, "orix", given)  # which of two columns that nobody reads does not matter
    assert disorientation(found.rotations, rotations, proper_point_group(linio2())).max() < 1e-5
    write_csv(path, "x,y,phi1,Phi,phi2,PHI1", np.column_stack([table, np.full(24, 7.0)]))
    with pytest.raises(KerasStemError, match=r"each column once in .*map\.csv, found several: phi1"):
        load_map(path, "orix", given)
    write_csv(path, "x,y,phi1,Phi,phi2,phase", np.column_stack([table, np.full(24, 0.4)]))
    with pytest.raises(KerasStemError, match=r"whole numbers of phases in .*map\.csv, found 0\.4"):
        load_map(path, "orix", given)
