"""Patterns of Bloch waves that scikit-image resampled: with a wrong calibration, or turned with the truth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from skimage.transform import AffineTransform, rotate, warp

from judge.physics import Physics
from judge.test_set import TestSet
from keras_stem.crystal.rotations import rotations_about

PHYSICS = Physics("quantem", "layered_oxide", 50.0)
TURN = 30.0
"""Angle by which patterns are turned (degrees)."""


@dataclass(frozen=True)
class TurnedSet(TestSet):
    """Patterns that scikit-image has turned counter-clockwise, and with them the truth."""

    def expected(self, matrices: np.ndarray, keep: bool = True) -> np.ndarray:
        """Return the expected counts of turned patterns."""
        back = rotations_about(np.array([[0, 0, 1.0]]), np.array([np.deg2rad(TURN)])).to_matrix()[0]
        images = super().expected(matrices @ back, keep)
        return np.stack([rotate(image, TURN, order=3, mode="edge", preserve_range=True) for image in images])


def stretched(
    scale: tuple[float, float] = (1.0, 1.0), shift: tuple[float, float] = (0.0, 0.0)
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that stretches patterns along columns and rows about their centre and shifts them.

    Parameters
    ----------
    scale
        Factors along x (columns) and y (rows).
    shift
        Shift along x and y (pixels).
    """

    def change(images: np.ndarray) -> np.ndarray:
        middle = (np.array(images.shape[2:0:-1]) - 1) / 2
        whole = (
            AffineTransform(translation=-middle)
            + AffineTransform(scale=scale)
            + AffineTransform(translation=middle + shift)
        )
        changed = [warp(image, whole.inverse, order=3, mode="edge", preserve_range=True) for image in images]
        return np.maximum(np.stack(changed), 0) / np.prod(scale)

    return change


SETS = (
    *(
        TestSet(
            f"oxide-bloch-50nm-scale-{percent:g}",
            PHYSICS,
            change=stretched((1 + percent / 100,) * 2),
            changed=f"pixel size wrong by {percent:g} %",
            standard=percent == 1,
        )
        for percent in (0.5, 1.0, 2.0)
    ),
    TestSet(
        "oxide-bloch-50nm-ellipse", PHYSICS, change=stretched((1.01, 0.99)), changed="ellipse of 1.01 by 0.99"
    ),
    TestSet(
        "oxide-bloch-50nm-shift",
        PHYSICS,
        change=stretched(shift=(0.7, -0.4)),
        changed="direct beam off by 0.7 and -0.4 px",
    ),
    TurnedSet("oxide-bloch-50nm-turned", PHYSICS, changed=f"turned by {TURN:g}°, and with it the truth"),
)
