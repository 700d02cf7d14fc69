"""Settings of template matching."""

from dataclasses import dataclass

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
        Largest distance of template spots from the direct beam (1/Å); by default 1.25 times the distance to
        the nearest detector edge, which includes most of the corners.
    excitation_error
        Half length of a reciprocal lattice rod (1/Å), about the inverse sample thickness.
    beam
        Beam; what is not given is that of the scan.
    spot_radius
        Radius of a diffraction disk (1/Å); from the convergence angle by default. Features of this size are
        preserved by the background removal.
    beam_mask
        Radius about the direct beam that is excluded (1/Å); 1.5 disk radii by default.
    gamma
        Exponent applied to the intensities of patterns and templates.
    keep
        Fraction of the templates, those with the best azimuthal averages, that are compared in full.
    runner_up
        Smallest disorientation of distinct solutions (degrees).
    best
        Number of solutions to keep.
    """

    resolution: float = 1.0
    radius: float | None = None
    excitation_error: float = 0.02
    beam: Beam = UNKNOWN_BEAM
    spot_radius: float | None = None
    beam_mask: float | None = None
    gamma: float = 0.5
    keep: float = 0.1
    runner_up: float = 10.0
    best: int = 1

    def __post_init__(self):
        if not 0.1 <= self.resolution <= 10:
            raise KerasStemError(f"Expected a resolution from 0.1 to 10 deg, found {self.resolution:g}.")
        if not 0 < self.keep <= 1:
            raise KerasStemError(f"Expected a share of templates from 0 to 1, found {self.keep:g}.")

    def complete(self, info: ScanInfo) -> "Matching":
        """Return the settings with all values specified.

        Raises
        ------
        KerasStemError
            If the scan has no reciprocal calibration, or the settings leave no room for spots.
        """
        detector = info.detector
        if not detector.pixel_size > 0:
            raise KerasStemError(
                f"{info.title} has no reciprocal calibration (Å⁻¹ per pixel), which template matching needs; "
                "convert it again with --pixel-size."
            )
        beam = self.beam.completed(info.beam).completed(USUAL_BEAM)
        spot = self.spot_radius or beam.radius
        return Matching(
            resolution=self.resolution,
            radius=self.radius or 1.25 * detector.inner_radius,
            excitation_error=self.excitation_error,
            beam=beam,
            spot_radius=spot,
            beam_mask=_first(self.beam_mask, 1.5 * spot),
            gamma=self.gamma,
            keep=self.keep,
            runner_up=self.runner_up,
            best=self.best,
        )


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)
