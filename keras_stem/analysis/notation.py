"""Text notation of directions, planes and Euler angles."""

import re

import numpy as np

from keras_stem.errors import KerasStemError

_AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


def parse_direction(text: str) -> tuple[float, float, float]:
    """Parse a sample direction: x, y, z, or a vector such as ``1,0,1``.

    Raises
    ------
    KerasStemError
        If the text has neither form.
    """
    vector = _AXES.get(text) or _numbers(text)
    if len(vector) != 3 or not any(vector):
        raise KerasStemError(f"Expected x, y, z or a vector such as 1,0,1 as direction, found {text!r}.")
    return vector


def parse_indices(text: str) -> tuple[int, ...]:
    """Parse three or four Miller indices, written as ``111``, ``10-10`` or ``1,0,-1,12``.

    Raises
    ------
    KerasStemError
        If they are not three or four integers, are all zero, or the first three of four do not sum to zero.
    """
    pattern = r"-?\d+(,-?\d+)+" if "," in text else r"(-?\d)+"
    found = re.fullmatch(pattern, text) and re.findall(r"-?\d+" if "," in text else r"-?\d", text)
    indices = tuple(int(index) for index in found or ())
    if len(indices) not in (3, 4) or not any(indices):
        raise KerasStemError(f"Expected indices such as 111, 10-10 or 1,0,-1,4, found {text!r}.")
    if len(indices) == 4 and sum(indices[:3]):
        raise KerasStemError(f"Expected four indices whose first three have the sum 0, found {text!r}.")
    return indices


def parse_angles(text: str) -> tuple[float, float, float]:
    """Parse three Euler angles in degrees, written as ``35,45,90``.

    Raises
    ------
    KerasStemError
        If the text does not hold three numbers.
    """
    angles = _numbers(text)
    if len(angles) != 3:
        raise KerasStemError(f"Expected three Euler angles in degrees such as 35,45,90, found {text!r}.")
    return angles


def write_direction(vector: tuple[float, float, float]) -> str:
    """Format a sample direction so that `parse_direction` can read it."""
    named = {axis: name for name, axis in _AXES.items()}
    return named.get(tuple(vector)) or ",".join(f"{part:g}" for part in vector)


def write_indices(indices: tuple[int, ...]) -> str:
    """Format indices so that `parse_indices` can read them, without commas if all are single digits."""
    return ("" if max(map(abs, indices)) < 10 else ",").join(map(str, indices))


def _numbers(text: str) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        return ()
    return numbers if np.isfinite(numbers).all() else ()
