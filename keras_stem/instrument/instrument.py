"""Instrument: detector and beam, which determine diffraction patterns."""

from dataclasses import dataclass

from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import PAPER_BEAM, Beam
from keras_stem.instrument.detector import Detector


@dataclass(frozen=True)
class Instrument:
    """Detector and beam of patterns.

    Parameters
    ----------
    detector
        Shape and calibration of the detector.
    beam
        Beam, all of whose values are known.

    Raises
    ------
    KerasStemError
        If a size is not above 0, or the precession angle is not from 0 to 10 degrees.
    """

    detector: Detector = Detector((64, 64), 0.05)  # noqa: RUF009 - it is frozen
    beam: Beam = PAPER_BEAM

    def __post_init__(self):
        sizes = (self.detector.pixel_size, self.beam.energy, self.beam.convergence_angle)
        if min(*self.detector.shape, *sizes) <= 0:
            raise KerasStemError(f"Expected an instrument with sizes above 0, found {self}.")
        if not 0 <= self.beam.precession_angle < 10:
            raise KerasStemError(f"Expected a precession of 0 to 10 deg, found {self.beam.precession_angle}.")

    @property
    def geometry(self) -> tuple[float, float, float]:
        """Geometry input of networks: detector reach (1/Å), disk radius (pixels), precession (degrees)."""
        return self.detector.reciprocal_radius, self.disk_radius, self.beam.precession_angle

    @property
    def disk_radius(self) -> float:
        """Radius of the diffraction disks (pixels)."""
        return max(self.beam.radius / self.detector.pixel_size, 0.5)
