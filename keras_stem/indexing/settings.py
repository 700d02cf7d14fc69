"""Settings of template matching."""

from dataclasses import dataclass, replace

from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import UNKNOWN_BEAM, USUAL_BEAM, Beam
from keras_stem.scan.metadata import ScanInfo


@dataclass(frozen=True)
class Matching:
    """Settings of template matching. `complete` replaces None by values of the scan.

    Parameters
    ----------
    resolution
        Angular step of the template bank and of the in-plane rotation (degrees).
    radius
        Largest distance of spots from the direct beam (1/Å); by default that of the detector's corners.
    excitation_error
        Excitation error beyond which reflections are not expected (1/Å).
    beam
        Beam; what is not given is that of the scan.
    spot_radius
        Radius of a diffraction disk (1/Å); from the convergence angle by default. Features of this size are
        preserved by the background removal.
    beam_mask
        Radius about the direct beam that is excluded (1/Å); 1.5 disk radii by default.
    gamma
        Exponent applied to the intensities of templates. Dynamical diffraction changes intensities but hardly
        which reflections are seen, so that a small exponent is best.
    refine
        Number of solutions of the bank that are refined; the best solutions are chosen after that. None are
        refined with 0.
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
        if not 0.1 <= self.resolution <= 10:
            raise KerasStemError(f"Expected a resolution from 0.1 to 10 deg, found {self.resolution:g}.")
        if not 0 < self.gamma <= 1:
            raise KerasStemError(f"Expected an exponent gamma above 0 and up to 1, found {self.gamma:g}.")
        if not 0 < self.excitation_error <= 1:
            raise KerasStemError(
                f"Expected an excitation error above 0 and up to 1 1/Å, found {self.excitation_error:g}."
            )
        if self.refine < 0:
            raise KerasStemError(f"Expected a number of refined solutions from 0, found {self.refine}.")

    def complete(self, info: ScanInfo) -> "Matching":
        """Return the settings with all values specified.

        Raises
        ------
        KerasStemError
            If the scan has no reciprocal calibration.
        """
        detector = info.detector
        if not detector.pixel_size > 0:
            raise KerasStemError(
                f"{info.title} has no reciprocal calibration (Å⁻¹ per pixel), which template matching needs; "
                "convert it again with --pixel-size."
            )
        beam = self.beam.completed(info.beam).completed(USUAL_BEAM)
        spot = self.spot_radius or beam.radius
        return replace(
            self,
            radius=self.radius or detector.reciprocal_radius,
            beam=beam,
            spot_radius=spot,
            beam_mask=1.5 * spot if self.beam_mask is None else self.beam_mask,
        )
