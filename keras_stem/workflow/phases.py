"""Report about a phase that was read from a CIF file: symmetry, cell, atoms and reflections."""

from collections import Counter
from dataclasses import dataclass

import gemmi
import numpy as np

from keras_stem.crystal.axes import orix_form
from keras_stem.crystal.cell import Cell, lattice_text
from keras_stem.crystal.composition import composition_text
from keras_stem.crystal.phase import CrystalPhase, cell_of
from keras_stem.crystal.scattering import Family, families
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.workflow.describe import basis_text

RADIUS = 1.5
"""Radius in reciprocal space up to which the strongest reflections are determined (1/Å)."""

_STRONGEST = 10
_AVOGADRO = 0.602214076
"""Avogadro constant for masses in g/mol, volumes in Å³ and densities in g/cm³."""


@dataclass(frozen=True)
class PhaseReport:
    """Report about a phase.

    Parameters
    ----------
    facts
        Names and values for the user, in the order of display.
    strongest
        Ten strongest families of reflections.
    warnings
        Warnings about suspicious properties, one sentence each.
    """

    facts: dict[str, str]
    strongest: list[Family]
    warnings: list[str]


def report_phase(phase: CrystalPhase) -> PhaseReport:
    """Return a report about a phase, with warnings about suspicious properties."""
    setting, cell = phase.setting, cell_of(phase)
    found = families(cell, np.array(setting.operations), RADIUS)
    facts = {
        "Phase": phase.name,
        "File": f"{setting.file}, {setting.said}, {lattice_text(setting.file_lattice)}",
        "Space group": f"{setting.symbol} ({setting.number}), within {setting.tolerance:g} Å",
        "Cell": f"{lattice_text(cell.lattice)}; {cell.volume:.5g} Å³",
        "a, b, c": f"{basis_text(setting.basis)} of the file, origin {_origin_text(setting.origin)}",
        "Laue group": f"{phase.point_group.laue.name}: {axes_text(phase)}",
        "In orix": _orix_text(phase),
        "Atoms": composition_text(cell.composition),
        "Sites": f"{len(cell.positions)} in the cell",
        "Density": f"{density(cell):.4g} g/cm³",
        "Thermal motion": _motion_text(cell),
    }
    return PhaseReport(facts, found[:_STRONGEST], [*setting.notes, *_motion_warnings(cell)])


def density(cell: Cell) -> float:
    """Return the density of a cell (g/cm³)."""
    mass = sum(count * gemmi.Element(element).weight for element, count in cell.composition.items())
    return mass / (_AVOGADRO * cell.volume)


def axes_text(phase: CrystalPhase) -> str:
    """Return the rotation axes of the Laue group of a phase as text, such as "2 along [010]"."""
    turns = proper_point_group(phase).to_matrix().reshape(-1, 3, 3)
    axes: dict[tuple[int, ...], int] = {}
    for turn in turns:
        order = _order(turn)
        if order > 1:
            axis = _indices(_axis(turn), phase)
            axes[axis] = max(order, axes.get(axis, 1))
    counts = Counter(axes.values())
    if not counts:
        return "no rotation"
    parts = []
    for order in sorted(counts, reverse=True):
        first = max(axis for axis, own in axes.items() if own == order)
        which = "" if counts[order] == 1 else f"{counts[order]} axes such as "
        parts.append(f"{order} along {which}[{' '.join(map(str, first))}]")
    return ", ".join(parts)


def _order(turn: np.ndarray) -> int:
    """Return the order n of a rotation by 360/n degrees."""
    angle = np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))
    return 1 if angle < 0.1 else round(2 * np.pi / angle)


def _axis(turn: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eig(turn)
    return np.real(vectors[:, np.argmin(np.abs(values - 1))])


def _indices(axis: np.ndarray, phase: CrystalPhase) -> tuple[int, ...]:
    """Return the smallest integers [uvw] along an axis, of which the last non-zero one is positive."""
    along = axis @ np.linalg.inv(cell_of(phase).base)
    along /= np.abs(along).max()
    factor = next(n for n in range(1, 13) if np.abs(n * along - np.rint(n * along)).max() < 0.02 * n)
    whole = np.rint(factor * along).astype(int)
    sign = np.sign(whole[np.flatnonzero(whole)[-1]])
    return tuple((sign * whole).tolist())


def _orix_text(phase: CrystalPhase) -> str:
    known, _ = orix_form(phase)
    if known is phase:
        return "these axes"
    return f"written in the cell {lattice_text(known.structure.lattice.abcABG())}, whose axes orix knows"


def _origin_text(origin: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.4g}" for value in origin)


def _motion_text(cell: Cell) -> str:
    if not cell.motion:
        return "none"
    return (
        ", ".join(f"{element} {8 * np.pi**2 * motion:.3g}" for element, motion in cell.motion.items())
        + " Å² (B)"
    )


def _motion_warnings(cell: Cell) -> list[str]:
    missing = [element for element in cell.composition if element not in cell.motion]
    if not missing:
        return []
    return [f"B or U of {', '.join(missing)} is missing or 0; spots at high angles are simulated too bright."]
