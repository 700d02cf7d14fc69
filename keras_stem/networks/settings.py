"""Isolation of networks from the global settings of Keras."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def standard_settings(policy: str = "float32") -> Iterator[None]:
    """Set the default dtypes and image data format of Keras in a context, or, as a decorator, in a function.

    Users may have changed these settings in ``keras.json`` or in a notebook; they are restored afterwards.

    Parameters
    ----------
    policy
        Dtype policy of layers, as accepted by `keras.config.set_dtype_policy`.
    """
    config = keras.config
    # The policy is read first: a policy that was never set is derived from floatx when it is requested.
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
