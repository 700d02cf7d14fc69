"""Textual description of a scan file."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from rich import filesize

from keras_stem.choices import SUBSETS
from keras_stem.crystal.cell import lattice_text
from keras_stem.crystal.composition import composition_text
from keras_stem.crystal.map_phases import phases_of
from keras_stem.crystal.phase import CrystalPhase, cell_of
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.units import steps_text


def describe(scan: Scan, thresholds: Thresholds) -> dict[str, str]:
    """Return a description of a scan as names and values for the user.

    Parameters
    ----------
    scan
        Open scan.
    thresholds
        Thresholds of Q and R of the subsets.

    Returns
    -------
    dict
        Shapes and calibration and, if there are labels, their phases, statistics and subsets.
    """
    found = describe_geometry(scan)
    if scan.notes():
        found["Notes"] = " ".join(scan.notes())
    if not scan.has_labels:
        return {**found, "Labels": "none"}
    try:
        labels = scan.labels
    except KerasStemError as problem:
        return {**found, "Labels": str(problem)}
    found |= _phases(labels)
    found["Label properties"] = ", ".join(sorted(labels.prop)) or "none"
    for name in ("Q", "R"):
        if name in labels.prop:
            low, middle, high = np.percentile(labels.prop[name], (5, 50, 95))
            found[name] = f"median {middle:.1f}, 5 to 95 % of positions {low:.1f} to {high:.1f}"
    for name in SUBSETS:
        found[name] = _size(scan, name, thresholds)
    return found


def describe_geometry(scan: Scan) -> dict[str, str]:
    """Return the shapes and the calibration of a scan as names and values for the user."""
    info: ScanInfo = scan.info
    detector = info.detector
    known = [
        (info.beam.energy, "beam {:g} kV"),
        (info.camera_length, "camera length {:g} mm"),
        (info.beam.precession_angle, "precession {:g}°"),
        (info.beam.convergence_angle, "convergence {:g} mrad"),
    ]
    return {
        "Title": info.title,
        "Positions": f"{info.shape[0]} x {info.shape[1]}, step {steps_text(info.steps, info.unit)}",
        "Patterns": f"{detector.shape[0]} x {detector.shape[1]} pixels, {scan.dtype}, "
        f"{filesize.decimal(scan.patterns.nbytes)} in all",
        "Values": _values_text(scan),
        "Pixel size": f"{detector.pixel_size:.5g} 1/Å" if np.isfinite(detector.pixel_size) else "unknown",
        "Microscope": ", ".join(form.format(value) for value, form in known if value is not None)
        or "unknown",
        "Fingerprint": scan.fingerprint,
    }


def _values_text(scan: Scan) -> str:
    """Return a description of the values of the patterns."""
    values = scan.values
    kind = "whole numbers" if values.whole else "fractions"
    return f"{kind} from {values.smallest:g} to {values.largest:g} in a sample"


def setting_lines(phase: CrystalPhase) -> list[str]:
    """Return lines for the user about the crystal that was read from a CIF file, and its axes."""
    setting, cell = phase.setting, cell_of(phase)
    lines = [
        f"{phase.name}: {composition_text(cell.composition)}, space group {setting.symbol} "
        f"({setting.number}), {lattice_text(cell.lattice)}"
    ]
    if setting.moved:
        lines.append(
            f"  The file's cell is {setting.said}, {lattice_text(setting.file_lattice)}; "
            f"a, b, c here are {basis_text(setting.basis)} there."
        )
    return [*lines, *(f"  {note}" for note in setting.notes)]


def basis_text(basis: Sequence[Sequence[float]]) -> str:
    """Return basis vectors as text in terms of a, b and c, such as "a, -c, b" or "1/3 a + 1/3 b, ..."."""
    return ", ".join(_vector_text(row) for row in basis)


def _vector_text(row: Sequence[float]) -> str:
    parts = []
    for value, name in zip(row, "abc", strict=True):
        share = Fraction(value).limit_denominator(24)
        if share:
            size = "" if abs(share) == 1 else f"{abs(share)} "
            sign = "-" if share < 0 else "+"
            parts.append(f" {sign} {size}{name}" if parts else f"{sign.strip('+')}{size}{name}")
    return "".join(parts)


def _phases(labels: CrystalMap) -> dict[str, str]:
    """Return a description of each phase and, if there are several, its fraction of the positions."""
    found = {}
    phases = phases_of(labels)
    for number, (index, phase) in enumerate(phases.items(), start=1):
        which = f" {number}" if len(phases) > 1 else ""
        share = f", {np.mean(labels.phase_id == index):.0%} of the positions" if which else ""
        found[f"Phase{which}"] = f"{phase.name or 'unknown'}, {_point_groups(phase)}{share}"
        found[f"Lattice{which}"] = lattice_text(phase.structure.lattice.abcABG())
        if isinstance(phase, CrystalPhase):
            found[f"Setting{which}"] = _setting_text(phase)
    return found


def _setting_text(phase: CrystalPhase) -> str:
    setting = phase.setting
    text = f"{setting.symbol} ({setting.number})"
    if setting.file:
        text += f", from {setting.file}"
    if setting.moved:
        text += f" ({setting.said}), whose axes give {basis_text(setting.basis)}"
    return text


def _point_groups(phase: Phase) -> str:
    if phase.point_group is None:
        return "without a point group"
    return f"point group {phase.point_group.name}, proper point group {proper_point_group(phase).name}"


def _size(scan: Scan, name: str, thresholds: Thresholds) -> str:
    try:
        count = len(subset(scan.labels, name, thresholds))
    except KerasStemError as problem:
        return str(problem)
    limits = {
        "DS_0": "all",
        "DS_Q": f"Q >= {thresholds.q:g}",
        "DS_R": f"Q >= {thresholds.q:g} and R >= {thresholds.r:g}",
    }
    return f"{count} of {len(scan)} positions ({count / len(scan):.0%}), {limits[name]}"
