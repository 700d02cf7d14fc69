"""Stores of HyperSpy in the format of Zarr (``.zspy``): a folder whose chunks are files of their own.

The labels of such a scan are in an HDF5 file of orix inside the folder, which HyperSpy ignores.
"""

from pathlib import Path

from keras_stem.errors import KerasStemError

SUFFIX = ".zspy"
LABELS = "crystal_map.h5"


def is_store(path: str | Path) -> bool:
    """Return whether a path is a folder in the format of Zarr."""
    return Path(path, ".zgroup").is_file()


def names_store(path: str | Path) -> bool:
    """Return whether a path has the suffix of a store."""
    return Path(path).suffix.lower() == SUFFIX


def label_file(path: str | Path) -> Path:
    """Return the HDF5 file that holds, or would hold, the labels of a scan; any other path is returned."""
    return Path(path, LABELS) if is_store(path) else Path(path)


def require_replaceable(path: str | Path) -> None:
    """Raise `KerasStemError` if a path is a folder that is not a store, which is never replaced."""
    if Path(path).is_dir() and not is_store(path):
        raise KerasStemError(
            f"Expected a free name or a .zspy store to replace, found the folder {path}; give another name."
        )
