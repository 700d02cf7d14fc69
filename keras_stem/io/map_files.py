"""Loading of orientation maps from any source: this package, scans with labels, and other programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from orix.crystal_map import CrystalMap

from keras_stem.crystal.pairing import GivenPhase
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_file import on_own_grid, read_foreign_map
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.hdf5_items import attribute
from keras_stem.io.orix_h5 import read_map_group
from keras_stem.io.registry import map_format
from keras_stem.io.text import read_lines
from keras_stem.io.zspy import label_file

WITHOUT_ORIENTATION = "without_orientation"
"""Key of an origin: number of points with a phase but non-numeric angles."""


def load_map(
    path: str | Path, frame: str | None = None, phases: Sequence[GivenPhase] = ()
) -> tuple[CrystalMap, dict[str, str]]:
    """Return a map and its origin.

    Parameters
    ----------
    path
        An orix ``.h5`` file, as written by ``kstem map``, or a scan with labels (HDF5 or ``.zspy``);
        if a frame is given, any file that `keras_stem.scan.label_files.import_labels` reads.
    frame
        Convention of the Euler angles of a map from another program, one of
        `keras_stem.io.registry.frames`. Text maps written by this package contain it.
    phases
        Phases that replace those of the map, paired by `keras_stem.crystal.pairing.pair_phases`.

    Raises
    ------
    KerasStemError
        If there is no map, it cannot be read, or its frame is unknown.
    """
    path = Path(path)
    if not path.exists():
        raise KerasStemError(f"Expected a map, found nothing at {path}.")
    frame = frame or own_frame(path)
    if frame is not None and tells_its_frame(path):
        raise KerasStemError(f"{path.name} is in the frame of orix; leave out --frame.")
    if frame is not None:
        found = read_foreign_map(path, frame, phases)
        origin = {"scan": path.name, "imported_frame": frame}
        if found.without_orientation:
            origin[WITHOUT_ORIENTATION] = str(found.without_orientation)
        return found.labels, origin
    known = map_format(path.suffix)
    if known is not None and not known.lossless:
        raise KerasStemError(f"{path.name} does not state its frame; give --frame (docs/labels.md).")
    found, origin = read_map(path)
    return (on_own_grid(found, phases, "orix", path) if phases else found), origin


def orientation_note(origin: Mapping[str, str]) -> str:
    """Return a message with the number of points without an orientation; "" if there are none."""
    count = origin.get(WITHOUT_ORIENTATION)
    return f"{count} points have invalid Euler angles and are not indexed" if count else ""


def own_frame(path: Path) -> str | None:
    """Return the frame of a text map written by this package; None for other files."""
    known = map_format(path.suffix)
    if known is None or known.frame is None or not path.is_file():
        return None
    head = "".join(read_lines(path)[:3])
    return known.frame if "keras_stem" in head else None


def tells_its_frame(path: str | Path) -> bool:
    """Return whether a file is an orix map or a scan with labels, whose frame is known."""
    try:
        with open_hdf5(label_file(path)) as file:
            return "crystal_map" in file
    except OSError:  # not HDF5, or corrupted: reported when the file is read
        return False


def read_map(path: str | Path) -> tuple[CrystalMap, dict[str, str]]:
    """Return the map of an orix HDF5 file or a scan, and its origin.

    Raises
    ------
    KerasStemError
        If the file contains no map.
    """
    path = Path(path)
    file_path = label_file(path)
    if file_path.is_dir():
        raise KerasStemError(f"Expected a map, found the folder {path}; give its map.h5.")
    if not file_path.exists():
        found = "a scan without labels" if path.exists() else "nothing"
        raise KerasStemError(f"Expected a map, found {found} at {path}.")
    try:
        with open_hdf5(file_path) as file:
            found = read_map_group(file)
            group = file["crystal_map"]
            origin = {name: str(attribute(group, name)) for name in group.attrs}
    except OSError as error:
        raise KerasStemError(f"Expected a map of orix or a scan with labels, cannot read {path}.") from error
    return found, {"scan": path.name, **origin}
