"""Keras's global settings, which networks must not depend on."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def standard_settings(policy: str = "float32") -> Iterator[None]:
    """Have Keras's original settings of numbers and images in a block, or, as a decorator, in a function.

    Users may have others in their ``keras.json`` or set them in a notebook; these are back afterwards.

    Parameters
    ----------
    policy
        Of the numbers of layers, as `keras.config.set_dtype_policy` takes it.
    """
    config = keras.config
    # The policy first: what was never set is made from floatx when it is asked for.
    before = config.dtype_policy(), config.floatx(), config.image_data_format()
    _set(policy, "float32", "channels_last")
    try:
        yield
    finally:
        _set(*before)


def _set(policy: str | keras.DTypePolicy, floatx: str, data_format: str) -> None:
    keras.config.set_floatx(floatx)
    keras.config.set_image_data_format(data_format)
    keras.config.set_dtype_policy(policy)
