"""What travels with a model, so that nobody can apply it to patterns that it was not made for."""

from dataclasses import asdict, dataclass
from typing import Any

from orix.crystal_map import Phase

from keras_stem.crystal.phase import phase_from_dict
from keras_stem.errors import KerasStemError
from keras_stem.scan.detector import Detector
from keras_stem.scan.instrument import Instrument

PIXEL_SIZE_TOLERANCE = 0.01
"""Relative. A camera length that is off by 0.5 % can already move the median error from 3 to 32 deg."""


@dataclass(frozen=True)
class ModelCard:
    """Origin and domain of a model, in plain JSON types.

    Parameters
    ----------
    arch
        Architecture.
    target
        Representation that the network predicts.
    phase
        As `keras_stem.crystal.phase.phase_to_dict` gives it.
    point_group
        Proper point group.
    frame
        Convention of the orientations.
    detector_shape, pixel_size
        Of the patterns as the model takes them: rows and columns, Å⁻¹.
    beam_energy, precession_angle, convergence_angle
        Of the training patterns: kV, deg, mrad.
    label_mean, label_std
        Of the training labels' Euler angles, deg.
    fingerprint
        Of the training scan.
    recipe
        Of the training.
    version
        Of keras_stem.
    calibration, refined_calibration
        What is known of predictions says so much of their errors, as
        `keras_stem.training.confidence.Calibration` has it: for answers as the model gives them, and refined
        by simulation. None where nothing is known.
    usual, refined_usual
        What right answers look like, as `keras_stem.training.confidence.Usual` has it: as the model gives
        them, and refined. Those to other patterns are unlike them.
    """

    arch: str
    target: str
    phase: dict[str, Any]
    point_group: str
    frame: str
    detector_shape: tuple[int, int]
    pixel_size: float
    beam_energy: float
    precession_angle: float
    convergence_angle: float
    label_mean: tuple[float, ...]
    label_std: tuple[float, ...]
    fingerprint: str
    recipe: dict[str, Any]
    version: str
    calibration: dict[str, list[float]] | None = None
    refined_calibration: dict[str, list[float]] | None = None
    usual: dict[str, float | None] | None = None
    refined_usual: dict[str, float | None] | None = None

    @property
    def detector(self) -> Detector:
        """Detector whose patterns the model takes."""
        return Detector(tuple(self.detector_shape), self.pixel_size)

    @property
    def instrument(self) -> Instrument:
        """Detector and beam of the training patterns."""
        beam = (self.beam_energy, self.precession_angle, self.convergence_angle)
        return Instrument(tuple(self.detector_shape), self.pixel_size, *beam)

    def load_phase(self) -> Phase:
        """Return the phase."""
        return phase_from_dict(self.phase)

    def binning_for(self, detector: Detector) -> int:
        """Return the factor by which patterns of a detector have to be binned for the model.

        Raises
        ------
        KerasStemError
            If the shape is no integer multiple of the model's, or the pixel size, once binned, differs from
            the model's by more than 1 %.
        """
        rows, columns = self.detector_shape
        factor = detector.shape[0] // rows
        if factor < 1 or detector.shape != (rows * factor, columns * factor):
            raise KerasStemError(
                f"Expected patterns of {rows} x {columns} pixels or an integer multiple, "
                f"found {detector.shape[0]} x {detector.shape[1]}."
            )
        if not detector.pixel_size > 0:
            raise KerasStemError(
                "The scan has no reciprocal calibration, so that no model can be applied to it."
            )
        binned = detector.pixel_size * factor
        if not abs(binned / self.pixel_size - 1) <= PIXEL_SIZE_TOLERANCE:
            raise KerasStemError(
                f"Expected a pixel size of {self.pixel_size / factor:.5g} 1/Å within "
                f"{PIXEL_SIZE_TOLERANCE:.0%}, found {detector.pixel_size:.5g} 1/Å: the model was trained at "
                "another camera length. Correct the calibration or take a model trained on such a scan."
            )
        return factor

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)
