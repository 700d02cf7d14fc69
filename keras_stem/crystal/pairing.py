"""Assignment of CIF files to the phases of a map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.crystal.axes import alike_lattices, relation, rotation_from_file
from keras_stem.crystal.cell import lattice_text
from keras_stem.crystal.phase import CrystalPhase, names_apart
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class GivenPhase:
    """Phase given by the user in place of a phase of a map.

    Parameters
    ----------
    phase
        The phase.
    entry
        Name of the map's phase that it replaces; "" to assign by position.
    """

    phase: CrystalPhase
    entry: str = ""


@dataclass(frozen=True)
class PairedPhase:
    """Phase of a map with the cell that its orientations refer to.

    Parameters
    ----------
    phase
        Phase of the map, or the one given in its place.
    lattice
        a, b, c (Å) and alpha, beta, gamma (degrees) of the cell that the map's orientations refer to.
    rotation
        Rotation from the axes of that cell to those of the phase.
    """

    phase: Phase
    lattice: tuple[float, ...]
    rotation: Rotation


def load_given(
    cifs: Sequence[str | Path],
    space_groups: Sequence[int] = (),
    keep_cell: bool = False,
    symmetry_tolerance: float | None = None,
) -> list[GivenPhase]:
    """Return the phases of CIF files.

    Parameters
    ----------
    cifs
        Paths, each optionally prefixed by NAME=, the name of the map's phase that the file replaces.
    space_groups
        Expected space group number of each file; () without expectation.
    keep_cell, symmetry_tolerance
        Arguments of `keras_stem.crystal.structure_files.load_phase`.

    Raises
    ------
    KerasStemError
        If a file cannot be read, or the numbers of files and space groups differ.
    """
    if space_groups and len(space_groups) != len(cifs):
        raise KerasStemError(
            f"Expected a space group for each of {len(cifs)} CIF files, found {len(space_groups)}."
        )
    expected: Sequence[int | None] = space_groups or [None] * len(cifs)
    given: list[GivenPhase] = []
    for text, number in zip(map(str, cifs), expected, strict=True):
        entry, mark, path = text.partition("=")
        if not mark or Path(text).exists():
            entry, path = "", text
        phase = load_phase(path, number, keep_cell, symmetry_tolerance, entry or None)
        given.append(GivenPhase(phase, entry))
    for one, name in zip(given, names_apart([one.phase for one in given]), strict=True):
        one.phase.name = name
    return given


def pair_phases(
    entries: Mapping[int, Phase],
    given: Sequence[GivenPhase],
    where: object,
    ignore_symmetry: bool = False,
) -> dict[int, PairedPhase]:
    """Return the phases of a map by their numbers, replaced by the given phases.

    Given phases with a name replace the entry of that name, the others replace the remaining entries by
    position. Without given phases the entries are kept.

    Parameters
    ----------
    entries
        Phases listed in the map, by number.
    given
        Phases that replace them.
    where
        Name of the map in messages.
    ignore_symmetry
        Whether Laue groups and lattice constants may differ.

    Raises
    ------
    KerasStemError
        If a given phase has no matching entry, an entry has no phase, or the two differ.
    """
    if not given:
        return {number: _own(entry) for number, entry in entries.items()}
    chosen = _by_name(entries, given, where)
    left = [number for number in entries if number not in chosen]
    unnamed = [one for one in given if not one.entry]
    if unnamed and len(unnamed) != len(left):
        raise KerasStemError(f"{_lists(entries, given, where)}; give a CIF file for each, or NAME=FILE.")
    chosen |= dict(zip(left, unnamed, strict=False))
    return {
        number: _paired(entry, chosen[number].phase, where, ignore_symmetry)
        if number in chosen
        else _own(entry)
        for number, entry in entries.items()
    }


def unpaired(given: GivenPhase) -> PairedPhase:
    """Return a given phase for a map without phases, whose orientations refer to the cell of the CIF file."""
    phase = given.phase
    lattice = phase.setting.file_lattice or phase.structure.lattice.abcABG()
    return PairedPhase(phase, lattice, rotation_from_file(phase))


def _by_name(
    entries: Mapping[int, Phase], given: Sequence[GivenPhase], where: object
) -> dict[int, GivenPhase]:
    chosen = {}
    for one in given:
        if not one.entry:
            continue
        found = [number for number, entry in entries.items() if entry.name == one.entry]
        if len(found) != 1 or found[0] in chosen:
            raise KerasStemError(
                f"{_lists(entries, given, where)}; {one.entry!r} names no single one of them."
            )
        chosen[found[0]] = one
    return chosen


def _lists(entries: Mapping[int, Phase], given: Sequence[GivenPhase], where: object) -> str:
    names = ", ".join(f"{number} {entry.name!r}" for number, entry in entries.items()) or "none"
    files = ", ".join((f"{one.entry}=" if one.entry else "") + one.phase.setting.file for one in given)
    return f"{where} has the phases {names}; the CIF files are {files}"


def _own(entry: Phase) -> PairedPhase:
    return PairedPhase(entry, entry.structure.lattice.abcABG(), Rotation.identity())


def _paired(entry: Phase, phase: CrystalPhase, where: object, ignore: bool) -> PairedPhase:
    """Return a phase for an entry, with the rotation from the axes of the entry's cell."""
    theirs = entry.structure.lattice.abcABG()
    groups = [one.point_group.laue.name if one.point_group is not None else None for one in (entry, phase)]
    if groups[0] not in (None, groups[1]) and not ignore:
        raise KerasStemError(
            f"Expected the Laue group {groups[1]} of {phase.name} for {entry.name!r} in {where}, "
            f"found {groups[0]}; if {phase.name} is right, give --ignore-symmetry."
        )
    if len(entry.structure) and (rotation := relation(entry, phase)) is not None:
        return PairedPhase(phase, theirs, rotation)
    for lattice, rotation in _cells(phase).items():
        if alike_lattices(lattice, theirs):
            return PairedPhase(phase, lattice, rotation)
    if ignore:
        return unpaired(GivenPhase(phase))
    known = " or ".join(map(lattice_text, _cells(phase)))
    raise KerasStemError(
        f"Expected the lattice constants {known} of {phase.name} for {entry.name!r} in {where}, "
        f"found {lattice_text(theirs)}; if {phase.name} is right, give --ignore-symmetry."
    )


def _cells(phase: CrystalPhase) -> dict[tuple[float, ...], Rotation]:
    """Return the lattice constants of the cells of file and phase, with the rotations to the phase's axes."""
    file = phase.setting.file_lattice
    own = {phase.structure.lattice.abcABG(): Rotation.identity()}
    return own if not file else {file: rotation_from_file(phase), **own}
