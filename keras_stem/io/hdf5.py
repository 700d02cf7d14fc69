"""Opening of HDF5 files with any compression filter, and detection of their format."""

import re
import time
from pathlib import Path
from typing import Any

import h5py

from keras_stem.errors import KerasStemError
from keras_stem.io.zspy import is_store, label_file

PATIENCE = 5.0
"""Time to wait for a file that is in use (seconds)."""

_IN_USE = ("unable to lock file", "file is already open")
"""Fragments of HDF5 error messages about files that this or another program has open."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def open_hdf5(path: str | Path, mode: str = "r", **options: Any) -> h5py.File:
    """Open an HDF5 file, with the compression filters used by instruments and HyperSpy.

    If another program has the file open, the function waits for a few seconds, as long as writing labels
    takes.

    Parameters
    ----------
    path
        The file.
    mode, **options
        Arguments of `h5py.File`.

    Raises
    ------
    KerasStemError
        If another program has the file open for writing, or has it open at all and it is opened for writing.
    OSError
        If the file cannot be opened for another reason.
    """
    import hdf5plugin  # noqa: F401  (registers Blosc, Bitshuffle, LZ4, Zstandard and others with HDF5)

    patience = time.monotonic() + PATIENCE
    while True:
        try:
            return h5py.File(path, mode, **options)
        except OSError as error:
            if not any(sign in str(error) for sign in _IN_USE):
                raise
            if time.monotonic() > patience:
                raise KerasStemError(
                    f"{path} is in use by another program, such as a notebook or another kstem; "
                    "close it there, and run the command again."
                ) from error
            time.sleep(0.2)


def hdf5_reader(path: str | Path) -> str | None:
    """Return the reader of RosettaSciIO for the content of an HDF5 file, regardless of its suffix.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str or None
        Name of the reader; None if no reader supports the content.
    """
    with open_hdf5(path) as file:
        names = list(file)
        if "Experiments" in file:
            return "HSPY"
        if _is_arina(file):
            return "Arina"
        if "Metadata" in file and any(_GUID.fullmatch(name) for name in names):
            return "Topspin"
        if any(name.startswith("Measurement_") for name in names):
            return "USID"
        if _is_emd(file):
            return "EMD"
        if any("NX_class" in item.attrs for item in (file, *file.values())):
            return "NeXus"
        return None


def is_labelled(path: str | Path) -> bool:
    """Return whether a path is a scan with patterns and labels: an HDF5 file or a ``.zspy`` store."""
    path = Path(path)
    if is_store(path):
        return label_file(path).exists()
    if not path.is_file() or not h5py.is_hdf5(path):
        return False
    with open_hdf5(path) as file:
        return {"Experiments", "crystal_map"} <= set(file)


def top_groups(path: str | Path) -> str:
    """Return the top-level names of an HDF5 file, for messages."""
    with open_hdf5(path) as file:
        return ", ".join(list(file)[:4]) or "nothing"


def _is_arina(file: h5py.File) -> bool:
    data = file.get("entry/data")
    return isinstance(data, h5py.Group) and any(name.startswith("data_0") for name in data)


def _is_emd(file: h5py.File) -> bool:
    groups = [file, *(item for item in file.values() if isinstance(item, h5py.Group))]
    is_berkeley = any({"version_major", "emd_group_type"} & set(group.attrs) for group in groups)
    return is_berkeley or {"Version", "Data"} <= set(file)
