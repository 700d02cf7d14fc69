"""Comparison of the steps of two maps."""

from keras_stem.units import convert_length, is_length, length_text

STEP_TOLERANCE = 0.01
"""Relative tolerance of equal steps."""

Steps = tuple[tuple[float, float], str]
"""Distances of neighbouring rows and columns, 0 if there is only one, and their unit."""


def different_step(expected: Steps, found: Steps) -> tuple[str, str, str] | None:
    """Return the axis along which the steps of two maps differ, and both steps as text.

    None is returned if the steps agree, or cannot be compared because a unit is not a length.
    """
    (own_steps, own_unit), (their_steps, their_unit) = expected, found
    if not (is_length(own_unit) and is_length(their_unit)):
        return None
    for axis, own, theirs in zip("yx", own_steps, their_steps, strict=True):
        lengths = convert_length(own, own_unit, "nm"), convert_length(theirs, their_unit, "nm")
        if all(lengths) and abs(lengths[1] - lengths[0]) > STEP_TOLERANCE * lengths[0]:
            return axis, length_text(own, own_unit), length_text(theirs, their_unit)
    return None
