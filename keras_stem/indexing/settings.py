"""Settings of template matching."""

from dataclasses import dataclass, replace

from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import UNKNOWN_BEAM, USUAL_BEAM, Beam
from keras_stem.instrument.instrument import Instrument
from keras_stem.scan.metadata import ScanInfo

_RANGES = {
    "resolution": (0.1, 10.0),
    "radius": (1e-3, 1e3),
    "excitation_error": (1e-4, 1.0),
    "spot_radius": (1e-4, 1e2),
    "beam_mask": (0.0, 1e3),
    "gamma": (1e-3, 1.0),
    "refine": (0, 1000),
    "runner_up": (0.1, 180.0),
    "best": (1, 1000),
}
"""Smallest and largest values of the settings."""

_LARGEST_ANGLE = 0.5
"""Largest scattering vector relative to the radius of the Ewald sphere."""


@dataclass(frozen=True)
class Matching:
    """Settings of template matching. `complete` replaces None by values of the scan.

    Parameters
    ----------
    resolution
        Angular step of the template bank and of the in-plane rotation (degrees).
    radius
        Largest distance of spots from the direct beam (1/Å); by default that of the detector's corners, and
        at most half the radius of the Ewald sphere.
    excitation_error
        Excitation error beyond which reflections are not expected in comparisons (1/Å).
    beam
        Beam; what is not given is that of the scan.
    spot_radius
        Radius of a diffraction disk (1/Å), at least half a pixel; from the convergence angle by default.
        Features of this size are preserved by the background removal.
    beam_mask
        Radius about the direct beam that is excluded (1/Å); 1.5 disk radii by default.
    gamma
        Exponent applied to the intensities of templates in comparisons. Dynamical diffraction changes
        intensities but hardly which reflections are seen, so that a small exponent is best.
    refine
        Number of solutions of the bank that are refined, at least 2; the best solutions are chosen after
        that. None are refined with 0.
    runner_up
        Smallest disorientation of distinct solutions (degrees).
    best
        Number of solutions to keep.
    """

    resolution: float = 2.0
    radius: float | None = None
    excitation_error: float = 0.06
    beam: Beam = UNKNOWN_BEAM
    spot_radius: float | None = None
    beam_mask: float | None = None
    gamma: float = 0.1
    refine: int = 12
    runner_up: float = 10.0
    best: int = 1

    def __post_init__(self):
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                label = name.replace("_", " ")
                raise KerasStemError(f"Expected {label} from {low:g} to {high:g}, found {value:g}.")

    def complete(self, info: ScanInfo) -> "Matching":
        """Return the settings with all values specified.

        Raises
        ------
        KerasStemError
            If the scan has no reciprocal calibration, a value of the beam is impossible, the disks are as
            large as the detector, or the given radius exceeds half that of the Ewald sphere.
        """
        detector = info.detector
        if not detector.pixel_size > 0:
            raise KerasStemError(
                f"{info.title} has no reciprocal calibration (Å⁻¹ per pixel), which template matching needs; "
                "convert it again with --pixel-size."
            )
        return self.for_instrument(Instrument(detector, self.beam.completed(info.beam).completed(USUAL_BEAM)))

    def for_instrument(self, instrument: Instrument) -> "Matching":
        """Return the settings with all values specified, for the detector and the beam of an instrument.

        Raises
        ------
        KerasStemError
            If the disks are as large as the detector, or the given radius exceeds half that of the Ewald
            sphere.
        """
        detector, beam = instrument.detector, instrument.beam
        most = _LARGEST_ANGLE * beam.wave_number
        if self.radius is not None and self.radius > most:
            raise KerasStemError(
                f"Expected a radius up to {most:.3g} 1/Å, half that of the Ewald sphere at "
                f"{beam.energy:g} kV, found {self.radius:g}."
            )
        spot = max(self.spot_radius or beam.radius, 0.5 * detector.pixel_size)
        if spot >= detector.inner_radius:
            raise KerasStemError(
                f"Expected a disk radius below that of the detector, {detector.inner_radius:.3g} 1/Å, found "
                f"{spot:.3g}."
            )
        return replace(
            self,
            radius=self.radius or min(detector.reciprocal_radius, most),
            beam=beam,
            spot_radius=spot,
            beam_mask=1.5 * spot if self.beam_mask is None else self.beam_mask,
        )
