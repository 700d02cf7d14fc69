"""Labels of a scan: one for each position, with its step, and the truth of a simulation."""

from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import properties_of
from keras_stem.io.steps import different_step

TRUTH = ("truth_", "second_")
"""Prefixes of the properties that hold the ground truth of a simulated scan."""


def require_steps(
    labels: CrystalMap, steps: tuple[float, float], unit: str, where: object, remedy: str
) -> None:
    """Raise `KerasStemError` if labels and scan have different steps, where both are known.

    Parameters
    ----------
    labels
        Labels of every position.
    steps, unit
        Steps of the scan and their unit.
    where, remedy
        Name of the scan and recommended action, for the message.
    """
    other = different_step((steps, unit), ((float(labels.dy), float(labels.dx)), labels.scan_unit))
    if other is not None:
        axis, own, theirs = other
        raise KerasStemError(
            f"Expected labels with the step of the scan in {where}, {own} along {axis}, found {theirs}; "
            f"{remedy}."
        )


def with_truth_of(labels: CrystalMap, before: CrystalMap) -> CrystalMap:
    """Return labels with the ground truth of earlier labels of the same scan, if it is simulated."""
    truth = {name: values for name, values in properties_of(before).items() if name.startswith(TRUTH)}
    return CrystalMap(
        labels.rotations,
        phase_id=labels.phase_id,
        x=labels.x,
        y=labels.y,
        phase_list=labels.phases,
        prop={**properties_of(labels), **truth},
        scan_unit=labels.scan_unit,
    )
