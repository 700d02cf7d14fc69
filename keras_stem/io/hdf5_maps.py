"""Maps in HDF5 files: those of orix, written and read, and those of EMsoft and Bruker, read by orix."""

import contextlib
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import orix.io
from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError, reason_of
from keras_stem.io.foreign_map import ForeignMap, from_crystal_map
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.map_format import MapFormat
from keras_stem.io.orix_h5 import map_bytes, read_map_group


def read_hdf5_map(path: Path) -> ForeignMap:
    """Read an HDF5 file of orix, EMsoft or Bruker.

    Raises
    ------
    KerasStemError
        If the file cannot be read or contains no map.
    """
    try:
        with open_hdf5(path) as file:
            if "crystal_map" in file:  # contains more information on phases than orix reads
                return from_crystal_map(read_map_group(file))
    except OSError as error:
        raise KerasStemError(f"Expected a map in HDF5, cannot read {path}.") from error
    return _with_qualities(_read_with_orix(path))


def write_hdf5_map(path: Path, crystal_map: CrystalMap, origin: Mapping[str, str]) -> None:
    """Write a map in the format of orix, its provenance as attributes of ``/crystal_map``."""
    path.write_bytes(map_bytes(crystal_map, origin))


def _read_with_orix(path: Path) -> ForeignMap:
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # orix prints the names that it parses
            return from_crystal_map(orix.io.load(path))
    except Exception as error:  # the parser of orix raises various errors
        reason = reason_of(error).rstrip(".")
        raise KerasStemError(f"orix cannot read the map {path} ({reason}).") from error


def _with_qualities(found: ForeignMap) -> ForeignMap:
    """Return a map whose missing Q is derived from the dot products of EMsoft."""
    dot_product = next((name for name in ("DP", "dp") if name in found.properties), None)
    if dot_product is None or "Q" in found.properties:
        return found
    return replace(found, properties={**found.properties, "Q": 100 * found.properties[dot_product]})


FORMAT = MapFormat(".h5", "orix, EMsoft, Bruker", read_hdf5_map, write_hdf5_map, lossless=True)
