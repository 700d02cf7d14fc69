"""Text maps whose lines a test changes. Not a test itself."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map

SHAPE = (4, 6)

TEXT_FORMATS = [("ang", "edax3"), ("ctf", "oxford")]


def written(labels, path):
    """The lines of the header, and the columns of each row, of a map that is written."""
    write_map(path, labels, {})
    lines = path.read_text(encoding="utf-8").splitlines()
    names = "# Column names" if path.suffix == ".ang" else "Phase\t"
    first = next(k for k, line in enumerate(lines) if line.startswith(names)) + 1
    return lines[:first], [line.split() for line in lines[first:]]


def rewrite(path, header, rows):
    path.write_text("\n".join([*header, *("\t".join(row) for row in rows)]) + "\n", encoding="utf-8")


def require_refused(path, frame, pattern):
    with pytest.raises(KerasStemError, match=pattern) as caught:
        load_map(path, frame)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
