"""The axes of a HyperSpy signal: their steps, and which of them are those of the detector."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.units import is_energy

EVEN = 0.01
"""Steps along an axis are even that differ by less from their mean, relative."""

PATTERN_AXES = ("y", "x", "ky", "kx")
"""Names of axes that have none."""

SignalAxis = Mapping[str, Any]
"""An axis as HyperSpy writes it: name, scale, units, navigate; or its values as "axis"."""


def axis_name(axis: SignalAxis, number: int, count: int) -> str:
    """Return the name of an axis, or of the one that is expected as this one of so many."""
    name = axis.get("name")
    return str(name) if name not in (None, "", "_None_", "<undefined>") else PATTERN_AXES[number - count]


def axis_step(axis: SignalAxis, name: str, where: str) -> float:
    """Return the distance of neighbouring points along an axis, 1 where it is not told.

    Parameters
    ----------
    axis
        The axis; HyperSpy gives those that are not uniform by their values or by an expression.
    name
        Of the axis.
    where
        Of the file, for messages.

    Raises
    ------
    KerasStemError
        If the points of the axis are not evenly spaced.
    """
    if "axis" in axis:
        return _even_step(np.asarray(axis["axis"]), name, where)
    if "expression" in axis:
        raise _uneven(name, where, f"the expression {axis['expression']}")
    return float(axis.get("scale", 1.0))


def _even_step(values: np.ndarray, name: str, where: str) -> float:
    if values.ndim != 1 or values.dtype.kind not in "iuf":
        raise _uneven(name, where, f"values of type {values.dtype} and shape {values.shape}")
    steps = np.diff(values.astype(np.float64))
    if not steps.size:
        return 1.0
    if not np.allclose(steps, steps.mean(), rtol=EVEN, atol=0):
        raise _uneven(name, where, f"steps from {steps.min():.4g} to {steps.max():.4g}")
    return float(f"{steps.mean():.12g}")


def _uneven(name: str, where: str, found: str) -> KerasStemError:
    return KerasStemError(
        f"Expected even steps along the axis {name} in {where}, found {found}; "
        "resample it with HyperSpy's interpolate_on_axis."
    )


def scan_first(axes: Sequence[SignalAxis], trust_navigate: bool) -> list[int]:
    """Return the numbers of the axes in the order of the scan before the detector.

    Units tell it: reciprocal lengths or angles are those of the detector. Where they do not, the flag
    ``navigate`` does.

    Parameters
    ----------
    axes
        As they are stored.
    trust_navigate
        Whether a person or HyperSpy has set the flag; readers of other files guess it.
    """
    units = [str(axis.get("units") or "").replace(" ", "") for axis in axes]
    of_detector = [_is_of_detector(unit) for unit in units]
    told = all(unit for unit, detector in zip(units, of_detector, strict=True) if not detector)
    if sum(of_detector) != 2 or not told:
        of_detector = [trust_navigate and not axis.get("navigate", True) for axis in axes]
    if sum(of_detector) != 2:
        return list(range(len(axes)))
    return sorted(range(len(axes)), key=lambda number: of_detector[number])


def spectrum_axis(axes: Sequence[SignalAxis], trust_navigate: bool) -> str | None:
    """Return what makes a signal one of spectra, in words; None if it is one of patterns.

    Parameters
    ----------
    axes
        As they are stored.
    trust_navigate
        Whether a person or HyperSpy has set the flag ``navigate``; readers of other files guess it.
    """
    energies = [axis["units"] for axis in axes if is_energy(axis.get("units"))]
    if energies:
        return f"an axis in {energies[0]}"
    signal = sum(not axis.get("navigate", True) for axis in axes)
    of_detector = sum(_is_of_detector(str(axis.get("units") or "")) for axis in axes)
    if trust_navigate and signal == 1 and len(axes) > 1 and of_detector < 2:
        return "one signal axis only; HyperSpy's as_signal2D makes two"
    return None


def require_one_scan(titles: Sequence[str], where: str) -> None:
    """Raise `KerasStemError` if a file of HyperSpy holds several scans."""
    if len(titles) > 1:
        raise KerasStemError(
            f"Expected one scan in {where}, found {len(titles)}: {', '.join(titles)}; "
            "load the file with HyperSpy, which gives a list, and save the one that you want."
        )


def _is_of_detector(unit: str) -> bool:
    return "1/" in unit or "-1" in unit or "rad" in unit
