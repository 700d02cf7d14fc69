"""A converted file, opened as a scan."""

import contextlib

from keras_stem.scan.scan import Scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert


@contextlib.contextmanager
def converted(source, tmp_path, **options):
    convert(source, tmp_path / "out.h5", Conversion(**options))
    with Scan(tmp_path / "out.h5") as scan:
        yield scan
