"""Files of weights, looked at before Keras reads them."""

import io
import zipfile
from pathlib import Path

import h5py

from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.hdf5_items import require_readable_tree

_LARGEST_TEXT = 64 << 20
"""Bytes of a configuration; that of the largest network has less than one of them."""

_LARGEST_RATIO = 200
"""Weights do not compress by more."""

_UNREADABLE = (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError)


def require_sound_weights(path: str | Path) -> None:
    """Raise `KerasStemError` unless the sizes that a file of Keras declares are those of what it stores.

    Parameters
    ----------
    path
        A ``.keras`` archive or an HDF5 file. Nothing is unpacked or read before its size is known.
    """
    if Path(path).suffix != ".keras":
        with open_hdf5(path) as file:
            require_readable_tree(file)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            _require_sizes(archive, path)
            weights = [archive.read(name) for name in archive.namelist() if name.endswith(".h5")]
    except _UNREADABLE as error:
        raise KerasStemError(f"Cannot read {path} as a Keras model; copy it again.") from error
    try:
        for data in weights:
            with h5py.File(io.BytesIO(data)) as file:
                require_readable_tree(file)
    except (*_UNREADABLE, KerasStemError) as error:  # of a file in memory, which has no name
        raise KerasStemError(
            f"Cannot read {path}: its weights are damaged or incomplete; copy it again."
        ) from error


def _require_sizes(archive: zipfile.ZipFile, path: str | Path) -> None:
    for member in archive.infolist():
        largest = _LARGEST_TEXT
        if member.filename.endswith(".h5"):
            largest = max(largest, _LARGEST_RATIO * member.compress_size)
        if member.file_size > largest:
            raise KerasStemError(
                f"Expected at most {largest / 2**20:.0f} MiB as {member.filename} in {path}, "
                f"found {member.file_size / 2**20:.0f} MiB; it is not a Keras model."
            )
