"""Random maps and readers of figures for the figures of the paper. Not a test itself."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from orix.crystal_map import CrystalMap

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.map_grid import crystal_map

SHAPE = (12, 15)
NAMES = ("CNN, exponential (1)", "DenseNet, exponential (2)", "Swin", "Polar")


def made(seed: int, shape=SHAPE, phase=None) -> CrystalMap:
    rng = np.random.default_rng(seed)
    size = shape[0] * shape[1]
    quality = {"Q": rng.uniform(5, 60, size), "R": rng.uniform(0, 60, size)}
    return crystal_map(random_rotations(size, rng), phase or linio2(), shape, 5.0, "nm", quality)


def chosen(labels: CrystalMap) -> np.ndarray:
    return np.asarray(labels.prop["Q"]) >= 20


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def image_of(figure: Figure, title: str) -> np.ma.MaskedArray:
    axes = next(axes for axes in figure.axes if axes.get_title().startswith(title))
    return axes.images[0].get_array()
