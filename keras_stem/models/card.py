"""What travels with a model, so that nobody can apply it to patterns that it was not made for."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from orix.crystal_map import Phase
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from keras_stem.crystal.phase import phase_from_dict
from keras_stem.errors import KerasStemError
from keras_stem.networks.registry import network_names
from keras_stem.scan.detector import Detector
from keras_stem.scan.instrument import Instrument
from keras_stem.scan.subsets import Thresholds
from keras_stem.schema import Finite, Positive, validated
from keras_stem.versions import up_to_date, with_schema

_LARGEST_SIDE = 1 << 14
"""Of a detector, pixels."""

PIXEL_SIZE_TOLERANCE = 0.01
"""Relative. A camera length that is off by 0.5 % can already move the median error from 3 to 32 deg."""

_WHERE = "the model card"

_Numbers = Annotated[list[Finite], Field(min_length=1)]


def _require_bounds(calibration: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return a calibration that has all its parts, with a bound for each step."""
    bounds = [calibration.get(name) for name in ("expected", "bound_68", "bound_95")]
    if None in bounds or "weights" not in calibration:
        raise PydanticCustomError("calibration", "weights, expected, bound_68 and bound_95")
    if len({len(bound) for bound in bounds}) > 1:
        raise PydanticCustomError("calibration", "as many bounds as steps")
    return calibration


def _require_limits(novelty: dict[str, float | None]) -> dict[str, float | None]:
    """Return novelty thresholds that tell, or say that they do not know, both limits."""
    if not {"largest_spread", "least_agreement"} <= novelty.keys():
        raise PydanticCustomError("novelty", "at least largest_spread and least_agreement")
    return novelty


def _require_network(arch: str) -> str:
    """Return the name of a network that is known here."""
    if arch not in network_names():
        raise PydanticCustomError("arch", f"one of {', '.join(network_names())}")
    return arch


def _renamed_novelty(plain: dict[str, Any]) -> dict[str, Any]:
    """Return a card of schema 0, which called novelty thresholds "usual", in schema 1."""
    names = {"usual": "novelty", "refined_usual": "refined_novelty"}
    return {names.get(name, name): value for name, value in plain.items()}


_Calibration = Annotated[
    dict[Literal["weights", "expected", "bound_68", "bound_95"], _Numbers], AfterValidator(_require_bounds)
]
_Novelty = Annotated[
    dict[Literal["largest_spread", "least_agreement", "common_agreement", "right"], Finite | None],
    AfterValidator(_require_limits),
]
_Arch = Annotated[str, AfterValidator(_require_network)]
_Side = Annotated[int, Field(gt=0, le=_LARGEST_SIDE)]


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
        `keras_stem.inference.uncertainty.Calibration` has it: for answers as the model gives them, and
        refined by simulation. None where nothing is known.
    novelty, refined_novelty
        Novelty thresholds, as `keras_stem.inference.novelty.NoveltyThresholds` has them: as the model gives
        them, and refined. Those to other patterns are unlike them.
    """

    arch: _Arch
    target: str
    phase: dict[str, Any]
    point_group: str
    frame: str
    detector_shape: tuple[_Side, _Side]
    pixel_size: Positive
    beam_energy: Positive
    precession_angle: Annotated[float, Field(ge=0, lt=10)]
    convergence_angle: Positive
    label_mean: tuple[float, ...]
    label_std: tuple[float, ...]
    fingerprint: str
    recipe: dict[str, Any]
    version: str
    calibration: _Calibration | None = None
    refined_calibration: _Calibration | None = None
    novelty: _Novelty | None = None
    refined_novelty: _Novelty | None = None

    @classmethod
    def from_dict(cls, plain: Any) -> "ModelCard":
        """Return the card that `to_dict` described.

        Raises
        ------
        KerasStemError
            If a field is missing or of another type, or the phase is no crystal, or the recipe lacks what
            is shown of it; the message names it.
        """
        card = validated(
            cls, up_to_date(validated(dict[str, Any], plain, _WHERE), _WHERE, [_renamed_novelty]), _WHERE
        )
        card.load_phase()
        _ = card.thresholds, card.schedule
        return card

    @property
    def thresholds(self) -> Thresholds:
        """Smallest Q and R of the training patterns."""
        return validated(Thresholds, self.recipe.get("thresholds"), f"thresholds of the recipe of {_WHERE}")

    @property
    def schedule(self) -> str:
        """Of the learning rate, one of `keras_stem.choices.SCHEDULES`."""
        return validated(str, self.recipe.get("schedule"), f"schedule of the recipe of {_WHERE}")

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
        return phase_from_dict(self.phase, f"the phase of {_WHERE}")

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
        return with_schema(asdict(self))
