"""Tables with the columns x, y, phi1, Phi, phi2 (degrees) and optionally phase (from 0), Q and R."""

import csv
from pathlib import Path

import numpy as np
from orix.quaternion import Rotation

from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import ForeignMap, phase_numbers
from keras_stem.io.map_format import MapFormat
from keras_stem.io.text import read_lines, read_table

_ANGLES = ("phi1", "phi", "phi2")
_NUMBERS = ("x", "y", *_ANGLES, "phase")
_QUALITIES = {"q": "Q", "r": "R"}


def read_csv(path: Path) -> ForeignMap:
    """Read a table with columns separated by commas, or by semicolons or tabs, which permit decimal commas.

    Positions are in nm. The table does not describe its phases.

    Raises
    ------
    KerasStemError
        If a column is missing or duplicated, or a value is not a number.
    """
    lines = [line for line in read_lines(path) if line.strip()]
    if not lines:
        raise KerasStemError(f"Expected a table with a header in {path}, found nothing.")
    delimiter = next((sign for sign in ";\t" if sign in lines[0]), ",")
    [header] = csv.reader([lines[0]], delimiter=delimiter)
    names = [name.strip().lower() for name in header]
    missing = [name for name in ("x", "y", *_ANGLES) if name not in names]
    if missing:
        raise KerasStemError(
            f"Expected the columns x, y, phi1, Phi, phi2 in {path}, missing: {', '.join(missing)}."
        )
    twice = sorted({name for name in (*_NUMBERS, *_QUALITIES) if names.count(name) > 1})
    if twice:
        raise KerasStemError(f"Expected each column once in {path}, found several: {', '.join(twice)}.")
    table = read_table([line.replace('"', "") for line in lines[1:]], path, delimiter)
    if table.shape[1] != len(names):
        raise KerasStemError(f"Expected {len(names)} numbers a row in {path}, found {table.shape[1]}.")
    columns = dict(zip(names, table.T, strict=True))
    return ForeignMap(
        rotations=Rotation.from_euler(np.deg2rad(np.stack([columns[name] for name in _ANGLES], axis=1))),
        phase_id=phase_numbers(columns.get("phase", np.zeros(len(table))), path),
        phases={},
        x=columns["x"],
        y=columns["y"],
        unit="nm",
        properties={ours: columns[name] for name, ours in _QUALITIES.items() if name in columns},
    )


FORMAT = MapFormat(".csv", "tables", read_csv, lists_phases=False)
