"""Simulated patterns that differ by their orientation alone, for tests. Not a test itself."""

from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.simulate.stream import Nuisances

PURE = Nuisances(
    excitation_error=(0.02, 0.02),
    precession=(1.0, 1.0),
    disk=(1.0, 1.0),
    direct=(0.35, 0.35),
    diffuse=(0.2, 0.2),
    halo=(0.25, 0.25),
    dose=(3e5, 3e5),
    drift=(0.0, 0.0),
    scale=(1.0, 1.0),
    overlap=0.0,
)
"""One grain, many electrons, and nothing else varies."""

SMALL = Instrument(Detector((32, 32), 0.1))
"""Few pixels, up to 1.6 Å⁻¹."""
