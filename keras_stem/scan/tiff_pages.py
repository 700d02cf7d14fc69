"""Page directories of TIFF files."""

import os
import struct
from pathlib import Path
from typing import BinaryIO


def ends_early(path: Path) -> bool:
    """Return whether the page chain of a TIFF or BigTIFF file leads beyond the end of the file.

    Each page has a directory with the number of its tags, the tags (12 bytes each, 20 in BigTIFF) and the
    offset of the next directory, 0 after the last (TIFF 6.0, section 2).

    Parameters
    ----------
    path
        The file.
    """
    with path.open("rb") as file:
        head = file.read(16)
        order, is_big = "<" if head[:2] == b"II" else ">", 43 in head[2:4]
        count, place = (struct.Struct(order + kind) for kind in ("QQ" if is_big else "HL"))
        (offset,) = place.unpack_from(head, 8 if is_big else 4)
        seen = set()
        while offset and offset not in seen:
            seen.add(offset)
            file.seek(offset)
            offset = _next_directory(file, count, place, 20 if is_big else 12)
    return offset is None


def _next_directory(file: BinaryIO, count: struct.Struct, place: struct.Struct, tag: int) -> int | None:
    """Return the offset of the next directory; None if the file ends before it."""
    tags = file.read(count.size)
    if len(tags) < count.size:
        return None
    file.seek(count.unpack(tags)[0] * tag, os.SEEK_CUR)
    following = file.read(place.size)
    return place.unpack(following)[0] if len(following) == place.size else None
