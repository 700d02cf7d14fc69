"""Scans of given patterns with plain metadata. Not a test itself."""

from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.writing import create_scan

INFO = ScanInfo("test", (3, 40), Detector((64, 64), 0.05), (2.0, 2.0), unit="nm", beam=Beam(300.0))


def write(path, patterns, info=INFO):
    with create_scan(path, info, patterns.dtype) as writer:
        writer.write_rows(0, patterns)
