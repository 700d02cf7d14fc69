"""Interface of orientation map formats, each of which defines reader, writer and frame in one module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orix.crystal_map import CrystalMap

from keras_stem.crystal.frames import Frame
from keras_stem.io.foreign_map import ForeignMap


@dataclass(frozen=True)
class MapFormat:
    """Format of orientation maps.

    Parameters
    ----------
    suffix
        File suffix, in lower case with the dot.
    programs
        Programs that write the format, for messages.
    read
        Function that reads a file, with Q and R where they can be derived, and raises `KerasStemError` with a
        one-line message.
    write
        Function that writes a map on a complete grid with its provenance; None if writing is not supported.
        Text formats take positions and qualities from `keras_stem.io.writing.map_text`.
    frame
        Name of the Euler angle convention in files that this package writes.
    frames
        Euler angle conventions that the format adds, by their names for ``--frame``.
    lists_phases
        Whether files describe their phases.
    unique_axis_b
        Whether programs that read the format expect unique axis b for monoclinic crystals, unlike orix.
    lossless
        Whether files hold any unit of length, any cell and all properties, so that maps are written as they
        are, and read in the frame of this package.
    """

    suffix: str
    programs: str
    read: Callable[[Path], ForeignMap]
    write: Callable[[Path, CrystalMap, Mapping[str, str]], None] | None = None
    frame: str | None = None
    frames: Mapping[str, Frame] = field(default_factory=dict)
    lists_phases: bool = True
    unique_axis_b: bool = False
    lossless: bool = False
