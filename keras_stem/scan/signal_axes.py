"""Axes of HyperSpy signals: their steps, and the distinction of scan and detector axes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.units import is_energy

EVEN = 0.01
"""Relative tolerance of evenly spaced steps along an axis."""

PATTERN_AXES = ("y", "x", "ky", "kx")
"""Default names of unnamed axes."""

SignalAxis = Mapping[str, Any]
"""Axis in the format of HyperSpy: name, scale, units and navigate, or its values as "axis"."""


def axis_name(axis: SignalAxis, number: int, count: int) -> str:
    """Return the name of an axis, or the default name for its position among the axes."""
    name = axis.get("name")
    return str(name) if name not in (None, "", "_None_", "<undefined>") else PATTERN_AXES[number - count]


def axis_step(axis: SignalAxis, name: str, where: str) -> float:
    """Return the step of an axis, 1 if it is not specified.

    Parameters
    ----------
    axis
        The axis; HyperSpy describes non-uniform axes by their values or by an expression.
    name
        Name of the axis, for messages.
    where
        Name of the file, for messages.

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
    """Return the axis order that puts scan axes before detector axes.

    Detector axes are identified by their units, reciprocal lengths or angles, or else by the ``navigate``
    flag.

    Parameters
    ----------
    axes
        Axes in the order of the data.
    trust_navigate
        Whether the flag was set by a user or HyperSpy; readers of other files guess it.
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
    """Return why a signal consists of spectra, for messages; None if it consists of patterns.

    Parameters
    ----------
    axes
        Axes in the order of the data.
    trust_navigate
        Whether the ``navigate`` flag was set by a user or HyperSpy; readers of other files guess it.
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
    """Raise `KerasStemError` if a HyperSpy file contains several scans."""
    if len(titles) > 1:
        raise KerasStemError(
            f"Expected one scan in {where}, found {len(titles)}: {', '.join(titles)}; "
            "load the file with HyperSpy, which gives a list, and save the one that you want."
        )


def _is_of_detector(unit: str) -> bool:
    return "1/" in unit or "-1" in unit or "rad" in unit
