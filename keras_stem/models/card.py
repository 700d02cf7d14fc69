"""Model card: metadata saved with a model, which prevent its application outside its domain."""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal

from orix.crystal_map import Phase
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from keras_stem.crystal.phase import phase_from_dict
from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.models.stored_recipe import recipe_thresholds, recipe_values
from keras_stem.networks.registry import network_names
from keras_stem.scan.subsets import Thresholds
from keras_stem.schema import Finite, Positive, validated
from keras_stem.versions import up_to_date, with_schema

_LARGEST_SIDE = 1 << 14
"""Largest accepted side of a detector (pixels)."""

PIXEL_SIZE_TOLERANCE = 0.01
"""Relative tolerance of the pixel size. An error of 0.5 % in the camera length can already increase the
median error from 3 to 32 degrees."""

_WHERE = "the model card"
_RECIPE = f"the recipe of {_WHERE}"

_Numbers = Annotated[list[Finite], Field(min_length=1)]


def _require_bounds(calibration: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return a calibration after checking that it is complete, with a bound for each node."""
    bounds = [calibration.get(name) for name in ("expected", "bound_68", "bound_95")]
    if None in bounds or "weights" not in calibration:
        raise PydanticCustomError("calibration", "weights, expected, bound_68 and bound_95")
    if len({len(bound) for bound in bounds}) > 1:
        raise PydanticCustomError("calibration", "as many bounds as steps")
    return calibration


def _require_limits(novelty: dict[str, float | None]) -> dict[str, float | None]:
    """Return novelty thresholds after checking that both thresholds are present (a number or None)."""
    if not {"largest_spread", "least_agreement"} <= novelty.keys():
        raise PydanticCustomError("novelty", "at least largest_spread and least_agreement")
    return novelty


def _require_network(arch: str) -> str:
    """Return the name of a network after checking that the network is registered."""
    if arch not in network_names():
        raise PydanticCustomError("arch", f"one of {', '.join(network_names())}")
    return arch


def _renamed_novelty(plain: dict[str, Any]) -> dict[str, Any]:
    """Convert a card of schema 0, in which novelty thresholds are named "usual", to schema 1."""
    names = {"usual": "novelty", "refined_usual": "refined_novelty"}
    return {names.get(name, name): value for name, value in plain.items()}


def _without_old_agreement(plain: dict[str, Any]) -> dict[str, Any]:
    """Convert a card of schema 2, whose agreement compared square roots of counts, to schema 3.

    What was determined by that agreement is dropped: calibrations, unless they are by the spread alone, and
    the least agreement.
    """
    dropped = {"refined_calibration", "refined_novelty"}
    kept = {name: value for name, value in plain.items() if name not in dropped}
    novelty = kept.get("novelty")
    if not isinstance(novelty, dict):
        return {**kept, "calibration": None}
    by_spread = novelty.get("least_agreement") is None and novelty.get("largest_spread") is not None
    limits = {name: novelty.get(name) for name in ("largest_spread", "right")}
    known = {"calibration": kept.get("calibration") if by_spread else None}
    return {**kept, **known, "novelty": {**limits, "least_agreement": None}}


_UPGRADES = (_renamed_novelty, dict, _without_old_agreement)
"""Upgrades of cards from each schema version to the next; from 1 to 2, they did not change."""

_Calibration = Annotated[
    dict[Literal["weights", "expected", "bound_68", "bound_95"], _Numbers], AfterValidator(_require_bounds)
]
_Novelty = Annotated[
    dict[Literal["largest_spread", "least_agreement", "right"], Finite | None],
    AfterValidator(_require_limits),
]
_Arch = Annotated[str, AfterValidator(_require_network)]
_Side = Annotated[int, Field(gt=0, le=_LARGEST_SIDE)]


@dataclass(frozen=True)
class ModelCard:
    """Provenance and domain of validity of a model, in plain JSON types.

    Parameters
    ----------
    arch
        Name of the network architecture.
    target
        Name of the head, that is, of the representation that the network predicts.
    phase
        Phase as returned by `keras_stem.crystal.phase.phase_to_dict`.
    point_group
        Name of the proper point group.
    frame
        Convention of the orientations.
    detector_shape, pixel_size
        Rows and columns (pixels) and pixel size (1/Å) of the patterns that the model takes.
    beam_energy, precession_angle, convergence_angle
        Beam energy (kV), precession angle (degrees) and convergence angle (mrad) of the training patterns.
    label_mean, label_std
        Mean and standard deviation of the Euler angles of the training labels (degrees).
    fingerprint
        Fingerprint of the training scan or simulation.
    recipe
        Recipe of the training.
    version
        Version of keras_stem that trained the model.
    calibration
        Fields of `keras_stem.inference.uncertainty.UncertaintyCalibration` for predicted orientations. None
        if unavailable, as for most models of schema 2 and older.
    novelty
        Thresholds of novelty detection for predicted orientations, as fields of
        `keras_stem.inference.novelty.NoveltyThresholds`. None if unavailable.
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
    novelty: _Novelty | None = None

    @classmethod
    def from_dict(cls, plain: Any) -> "ModelCard":
        """Return the card from the output of `to_dict`.

        Raises
        ------
        KerasStemError
            If a field is missing or of a wrong type, the phase is not a crystal, or the recipe lacks its
            thresholds or schedule; the message names the field.
        """
        card = validated(cls, up_to_date(validated(dict[str, Any], plain, _WHERE), _WHERE, _UPGRADES), _WHERE)
        card = replace(card, recipe=with_schema(recipe_values(card.recipe, _RECIPE)))
        card.load_phase()
        _ = card.thresholds, card.schedule
        return card

    @property
    def thresholds(self) -> Thresholds:
        """Smallest Q and R of the training patterns; the default ones for simulated patterns."""
        return recipe_thresholds(self.recipe, _RECIPE)

    @property
    def schedule(self) -> str:
        """Learning-rate schedule of the training, one of `keras_stem.choices.SCHEDULES`."""
        return validated(str, self.recipe.get("schedule"), f"schedule of {_RECIPE}")

    @property
    def detector(self) -> Detector:
        """Detector of the patterns that the model takes."""
        return Detector(tuple(self.detector_shape), self.pixel_size)

    @property
    def instrument(self) -> Instrument:
        """Detector and beam of the training patterns."""
        beam = Beam(self.beam_energy, self.convergence_angle, self.precession_angle)
        return Instrument(self.detector, beam)

    def load_phase(self) -> Phase:
        """Return the phase of the model."""
        return phase_from_dict(self.phase, f"the phase of {_WHERE}")

    def binning_for(self, detector: Detector) -> int:
        """Return the binning factor that adapts patterns of a detector to the model.

        Raises
        ------
        KerasStemError
            If the shape is not an integer multiple of that of the model, or the pixel size after binning
            differs from that of the model by more than 1 %.
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
                "The scan has no reciprocal calibration, which a model needs; convert it again with "
                "--pixel-size."
            )
        binned = detector.pixel_size * factor
        if not abs(binned / self.pixel_size - 1) <= PIXEL_SIZE_TOLERANCE:
            raise KerasStemError(
                f"Expected a pixel size of {self.pixel_size / factor:.5g} 1/Å within "
                f"{PIXEL_SIZE_TOLERANCE:.0%}, found {detector.pixel_size:.5g} 1/Å: the model was trained at "
                "another camera length. Correct the calibration, or choose a model trained on such a scan."
            )
        return factor

    def to_dict(self) -> dict[str, Any]:
        """Return the card in plain JSON types."""
        return with_schema(asdict(self))
