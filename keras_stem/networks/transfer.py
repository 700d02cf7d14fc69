"""Transfer of weights from one network to another as its initial weights."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import keras
import numpy as np
from scipy.interpolate import RegularGridInterpolator
from scipy.optimize import brentq

from keras_stem.errors import KerasStemError

_TABLE = "relative_position_bias_table"


@dataclass
class Transfer:
    """Report of a transfer of weights, as lists of weight paths.

    Parameters
    ----------
    source
        Source of the weights.
    loaded
        Weights that were copied unchanged.
    summed
        Kernels of first layers that were summed over their input channels.
    resampled
        Relative-position bias tables that were resampled to another window size.
    new
        Weights that keep their initial values, since the source has no matching ones.
    """

    source: str
    loaded: list[str] = field(default_factory=list)
    summed: list[str] = field(default_factory=list)
    resampled: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return a one-line summary for the user."""
        new = ", ".join([*self.new[:4], *(["..."] if len(self.new) > 4 else [])]) or "none"
        return (
            f"Weights from {self.source}: {len(self.loaded)} loaded, {len(self.summed)} summed over "
            f"channels, {len(self.resampled)} resampled, {len(self.new)} new ({new})."
        )


def transfer(network: keras.Model, weights: Mapping[str, np.ndarray], source: str) -> Transfer:
    """Assign matching weights to a network.

    Since patterns have one channel, kernels for several input channels are summed over them, which is
    equivalent to their effect on a grey image. Relative-position bias tables are resampled if the window size
    differs.

    Parameters
    ----------
    network
        Network whose weights are changed in place.
    weights
        Arrays by the path of the weight in the network.
    source
        Source of the weights, for the report.

    Returns
    -------
    Transfer

    Raises
    ------
    KerasStemError
        If no weight matches, apart from those of the head.
    """
    done = Transfer(source)
    for variable in network.variables:
        array = weights.get(variable.path)
        if array is None:
            done.new.append(variable.path)
        elif array.shape == tuple(variable.shape):
            variable.assign(array)
            done.loaded.append(variable.path)
        elif array.ndim == 4 and (*array.shape[:2], 1, array.shape[3]) == tuple(variable.shape):
            variable.assign(array.sum(axis=2, keepdims=True))
            done.summed.append(variable.path)
        elif variable.path.endswith(_TABLE) and array.shape[1] == variable.shape[1]:
            variable.assign(resample_table(array, variable.shape[0]))
            done.resampled.append(variable.path)
        else:
            done.new.append(variable.path)
    if all(path.startswith("head") for path in done.loaded + done.summed + done.resampled):
        raise KerasStemError(f"No weights of {source} fit the network {network.name}.")
    return done


def resample_table(table: np.ndarray, positions: int) -> np.ndarray:
    """Resample a relative-position bias table to another window size.

    The method is that of timm (and, before it, BEiT): the positions of the old table are spread in a
    geometric progression, so that near positions keep their distance in tokens, and the values at the new
    positions are interpolated linearly.

    Parameters
    ----------
    table
        Bias table of windows with side s, shape ((2 s - 1) ** 2, heads).
    positions
        Number of relative positions, (2 t - 1) ** 2 for windows with side t.

    Returns
    -------
    numpy.ndarray
        Resampled table, shape (positions, heads).

    Raises
    ------
    KerasStemError
        If one of the windows is not square.
    """
    sides = [round(number**0.5) for number in (len(table), positions)]
    if [side**2 for side in sides] != [len(table), positions]:
        raise KerasStemError("Expected square windows where tables of relative positions are resampled.")
    if sides[0] == sides[1]:
        return table
    old = _spread(*sides)
    reach = sides[1] // 2
    new = np.arange(-reach, reach + 1.0)
    grid = RegularGridInterpolator((old, old), table.reshape(sides[0], sides[0], -1))
    points = np.stack(np.meshgrid(new, new, indexing="ij"), axis=-1)
    return grid(np.clip(points, old[0], old[-1])).reshape(positions, -1).astype(table.dtype)


def _spread(old: int, new: int) -> np.ndarray:
    """Return the positions of an old window on the scale of a new one, symmetric about 0."""
    half, reach = old // 2, new // 2
    if not half:
        return np.array([0.0])

    def excess(ratio):
        return np.sum(ratio ** np.arange(half)) - reach

    low, high = 1.01, 1.5
    bracketed = excess(low) < 0 < excess(high)
    ratio = brentq(excess, low, high) if bracketed else (low if excess(low) >= 0 else high)
    side = np.cumsum(ratio ** np.arange(half))
    return np.concatenate([-side[::-1], [0.0], side])
