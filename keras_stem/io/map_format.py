"""What a format of orientation maps offers: reader, writer, frame, all in its module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orix.crystal_map import CrystalMap

from keras_stem.crystal.frames import Frame
from keras_stem.io.foreign_map import ForeignMap
from keras_stem.io.writing import MapText


@dataclass(frozen=True)
class MapFormat:
    """A format of orientation maps.

    Parameters
    ----------
    suffix
        Suffix of its files, in lower case and with the dot.
    programs
        Programs that write it, for messages.
    read
        Reads a file, with Q and R where they follow from it; raises `KerasStemError` in one line.
    write
        Writes a map on a whole grid; None where maps are not written in this format.
    frame
        Name of the convention of the Euler angles in files that this package writes.
    frames
        Conventions of Euler angles that come with the format, by their names for ``--frame``.
    lists_phases
        Whether its files describe their phases.
    unique_axis_b
        Whether its readers take the unique axis of monoclinic crystals along b, and not as orix does.
    """

    suffix: str
    programs: str
    read: Callable[[Path], ForeignMap]
    write: Callable[[Path, CrystalMap, MapText], None] | None = None
    frame: str | None = None
    frames: Mapping[str, Frame] = field(default_factory=dict)
    lists_phases: bool = True
    unique_axis_b: bool = False
