"""Binning of patterns."""

import numpy as np

from keras_stem.scan.values import summed


def bin_patterns(patterns: np.ndarray, factor: int) -> np.ndarray:
    """Sum blocks of ``factor`` x ``factor`` pixels of patterns (..., H, W).

    Integers stay integers and keep their signedness, in a type that holds all sums; `KerasStemError` is
    raised if there is none.
    """
    if factor == 1:
        return patterns
    *lead, height, width = patterns.shape
    blocks = patterns.reshape(*lead, height // factor, factor, width // factor, factor)
    return summed(blocks, (-3, -1))
