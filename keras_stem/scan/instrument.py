"""Instrument parameters that determine diffraction patterns: detector and beam."""

from dataclasses import dataclass

from diffsims.utils.sim_utils import get_electron_wavelength

from keras_stem.errors import KerasStemError
from keras_stem.scan.detector import Detector
from keras_stem.scan.metadata import BEAM_ENERGY, CONVERGENCE_ANGLE, ScanInfo


@dataclass(frozen=True)
class Instrument:
    """Detector and beam parameters.

    Parameters
    ----------
    detector_shape
        Rows and columns.
    pixel_size
        Reciprocal length of a pixel side (1/Å).
    beam_energy, precession_angle, convergence_angle
        Beam energy (kV), precession angle (degrees) and convergence semi-angle (mrad).
    """

    detector_shape: tuple[int, int] = (64, 64)
    pixel_size: float = 0.05
    beam_energy: float = 300.0
    precession_angle: float = 0.6
    convergence_angle: float = 1.6

    def __post_init__(self):
        if min(*self.detector_shape, self.pixel_size, self.beam_energy, self.convergence_angle) <= 0:
            raise KerasStemError(f"Expected an instrument with sizes above 0, found {self}.")
        if not 0 <= self.precession_angle < 10:
            raise KerasStemError(f"Expected a precession of 0 to 10 deg, found {self.precession_angle}.")

    @classmethod
    def of_scan(cls, info: ScanInfo, binning: int = 1) -> "Instrument":
        """Return the instrument of a scan.

        Beam energy and convergence angle default to those of the paper, and the precession angle to 0.
        """
        detector = info.detector.binned(binning)
        if not detector.pixel_size > 0:
            raise KerasStemError(f"{info.title} has no reciprocal calibration, which --like needs.")
        return cls(
            detector.shape,
            detector.pixel_size,
            info.beam_energy or BEAM_ENERGY,
            info.precession_angle or 0.0,
            info.convergence_angle or CONVERGENCE_ANGLE,
        )

    @property
    def detector(self) -> Detector:
        """Detector shape and calibration."""
        return Detector(tuple(self.detector_shape), self.pixel_size)

    @property
    def geometry(self) -> tuple[float, float, float]:
        """Geometry input of networks: detector reach (1/Å), disk radius (pixels), precession (degrees)."""
        return self.detector.reciprocal_radius, self.disk_radius, self.precession_angle

    @property
    def wave_number(self) -> float:
        """Radius of the Ewald sphere (1/Å)."""
        return wave_number(self.beam_energy)

    @property
    def disk_radius(self) -> float:
        """Radius of the diffraction disks (pixels)."""
        return max(self.convergence_angle * 1e-3 * self.wave_number / self.pixel_size, 0.5)


def wave_number(beam_energy: float) -> float:
    """Return the radius of the Ewald sphere (1/Å) for a beam energy (kV)."""
    return 1 / float(get_electron_wavelength(beam_energy))
