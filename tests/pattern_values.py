"""Scans whose patterns have given values."""

import hyperspy.api as hs

from keras_stem.scan.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.writing import create_scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert

SHAPE = (3, 4, 16, 16)


def written(path, patterns, gain=None):
    """A scan file of patterns (y, x, ky, kx)."""
    info = ScanInfo(
        "test", patterns.shape[:2], Detector(patterns.shape[2:], 0.05), (1.0, 1.0), "nm", gain=gain
    )
    with create_scan(path, info, patterns.dtype) as writer:
        writer.write_rows(0, patterns)
    return path


def converted(tmp_path, patterns, **options):
    hs.signals.Signal2D(patterns).save(tmp_path / "source.hspy", overwrite=True)
    return convert(tmp_path / "source.hspy", tmp_path / "out.h5", Conversion(**options))
