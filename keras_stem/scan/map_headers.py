"""The phases that the headers of text maps name, whether a point of the map has them or not."""

import re
from pathlib import Path

from diffpy.structure import Lattice, Structure
from orix.crystal_map import Phase

from keras_stem.errors import KerasStemError

_LAUE_GROUPS = ("-1", "2/m", "mmm", "4/m", "4/mmm", "-3", "-3m", "6/m", "6/mmm", "m-3", "m-3m")
"""By their number in ``.ctf`` files, from 1."""


def header_phases(path: Path) -> dict[int, Phase] | None:
    """Return the phases in the header of an ``.ang`` or ``.ctf`` file by their numbers; None of other files.

    orix forgets those that no point has, and so the place of the others.

    Raises
    ------
    KerasStemError
        If the header names no phase, or one without lattice constants and symmetry.
    """
    readers = {".ang": _ang_phases, ".ctf": _ctf_phases}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        return None
    with path.open(errors="replace") as file:
        lines = [line.rstrip("\n") for _, line in zip(range(1000), file, strict=False)]
    try:
        found = reader(lines)
    except (ValueError, IndexError) as error:
        raise KerasStemError(f"Cannot read the phases in the header of {path}: {error}.") from error
    if not found:
        raise KerasStemError(f"Expected phases in the header of {path}, found none.")
    return found


def _ang_phases(lines: list[str]) -> dict[int, Phase]:
    found: list[dict[str, str]] = []
    number = None
    for line in lines:
        match = re.match(r"#\s*(Phase|MaterialName|Symmetry|LatticeConstants)\b:?\s*(.*)", line)
        if match is None:
            continue
        key, value = match[1], match[2].strip()
        if key == "Phase":
            number = value
        elif key == "MaterialName":
            found.append({"Phase": number or str(len(found) + 1), "MaterialName": value})
        elif found:
            found[-1].setdefault(key, value)
    return {
        int(one["Phase"]): _phase(
            one["MaterialName"],
            [float(constant) for constant in one["LatticeConstants"].split()],
            point_group=one["Symmetry"],
        )
        for one in found
        if {"Symmetry", "LatticeConstants"} <= set(one)
    }


def _ctf_phases(lines: list[str]) -> dict[int, Phase]:
    first = next((k for k, line in enumerate(lines) if line.startswith("Phases")), None)
    if first is None:
        return {}
    count = int(lines[first].split()[1])
    found = {}
    for number, line in enumerate(lines[first + 1 : first + 1 + count], start=1):
        lengths, angles, name, laue, group, *_ = [*line.split("\t"), "0"]
        constants = [float(text.replace(",", ".")) for text in f"{lengths};{angles}".split(";")]
        symmetry = {"point_group": _LAUE_GROUPS[int(laue) - 1]}
        if int(group or 0):
            symmetry = {"space_group": int(group)}
        found[number] = _phase(name, constants, **symmetry)
    return found


def _phase(name: str, constants: list[float], **symmetry: int | str) -> Phase:
    structure = Structure(lattice=Lattice(*constants), title=name)
    return Phase(name, structure=structure, **symmetry)
