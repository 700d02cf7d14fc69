"""Training on several devices of this computer by data parallelism."""

import contextlib
from collections.abc import Iterator, Sequence

import keras

from keras_stem.errors import KerasStemError


class _DataParallel(keras.distribution.DataParallel):
    """Data parallelism in which every device gets the whole of a batch that cannot be divided evenly.

    This is the last batch of an epoch. Its gradient is the same either way.
    """

    def get_data_layout(self, data_shape: Sequence[int]) -> keras.distribution.TensorLayout:
        if data_shape[0] % self.num_model_replicas:
            return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)
        return super().get_data_layout(data_shape)


@contextlib.contextmanager
def data_parallel(devices: int | None = None) -> Iterator[int]:
    """Divide the batches of trainings inside the context among devices.

    The batch remains that of the recipe, and so do losses and gradients: statistics such as those of batch
    normalization are of the whole batch.

    Parameters
    ----------
    devices
        Number of devices; None for all GPUs that JAX sees, and for a single device with other backends.

    Yields
    ------
    int
        Number of devices.

    Raises
    ------
    KerasStemError
        If several devices are requested with a backend other than JAX, or more than there are.
    """
    count = device_count(devices)
    if count == 1:
        yield 1
        return
    names = keras.distribution.list_devices()[:count]
    with _DataParallel(devices=names, auto_shard_dataset=False).scope():
        yield count


def device_count(devices: int | None) -> int:
    """Return the number of devices on which a training runs.

    Parameters
    ----------
    devices
        Number of devices; None for all GPUs that JAX sees, and for a single device with other backends.

    Raises
    ------
    KerasStemError
        If several devices are requested with a backend other than JAX, or more than there are.
    """
    if devices == 1:
        return 1
    if keras.backend.backend() != "jax":
        if devices is None:
            return 1
        raise KerasStemError(
            f"Training on several devices needs JAX, found {keras.backend.backend()}; set KERAS_BACKEND=jax."
        )
    known = keras.distribution.list_devices()
    if devices is None:
        return 1 if known[0].startswith("cpu") else len(known)
    if devices > len(known):
        raise KerasStemError(f"Expected at most {len(known)} devices, which JAX sees, found {devices}.")
    return devices
