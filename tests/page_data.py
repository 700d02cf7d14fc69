"""Data of a page as it holds them, read back. Not a test itself."""

import base64
import io

import numpy as np
from grids import map_of
from matplotlib.image import imread
from orix.quaternion import Rotation

ARRAYS = {"float32": "<f4", "float64": "<f8", "int32": "<i4"}


def unpacked(plain: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(plain["data"]), ARRAYS[plain["type"]])


def picture(uri: str) -> np.ndarray:
    return imread(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))


def halves():
    """4 x 6 points of 2 nm: the left half is one grain, the right half one turned by 20 degrees about z."""
    turned = np.where(np.arange(24) % 6 < 3, 0, 20)
    rotations = Rotation.from_axes_angles((0, 0, 1), turned, degrees=True)
    return map_of(rotations, (4, 6), Q=np.arange(24.0))
