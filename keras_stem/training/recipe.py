"""Everything that fixes a training run."""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from keras_stem.choices import (
    AMBIGUITIES,
    DECAY_UNITS,
    DISTANCES,
    PRECISIONS,
    SCHEDULES,
    SPLITS,
)
from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.errors import KerasStemError
from keras_stem.heads.head import HeadSettings
from keras_stem.heads.registry import head_class
from keras_stem.networks.declaration import NetworkConfig
from keras_stem.networks.polar.options import PolarConfig
from keras_stem.networks.registry import config_class
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.scan.instrument import Instrument
from keras_stem.scan.subsets import Thresholds
from keras_stem.schema import validated
from keras_stem.simulate.stream import Nuisances, SimulatedTraining
from keras_stem.training.criterion import NEVER, Criterion
from keras_stem.versions import up_to_date, with_schema

_WHERE = "the recipe"


@dataclass(frozen=True)
class Recipe:
    """Everything that fixes a training run; `keras_stem.training.options` has the paper's.

    Parameters
    ----------
    network
        Options of the network; their class says which network it is.
    weights
        Where the network's weights start: None (at random), "imagenet", the path of a checkpoint, or a
        registered model of ours.
    freeze
        Number of epochs in which only the head is trained.
    precision
        Of the network: "float32", "bfloat16" or "float16". Its head and the loss are in float32.
    target
        How the network represents an orientation: "rotation", or "euler" (the paper's).
    symmetry
        Whether the loss of rotations takes the nearest of all equivalents of the label, or that in the Euler
        fundamental region.
    distance
        Of the loss of rotations: "geodesic" or "chordal". The votes of the polar network have their own.
    ambiguity
        Of what counts as no difference: "none", or "pattern" for half a turn about the beam.
    clamp
        Whether the output is clamped to the physical range before the loss, for Euler angles.
    simulation
        What is simulated, if the training patterns come from a simulation and not from a scan.
    augmentation
        What may happen to training patterns of a scan; None for nothing.
    thresholds
        Smallest Q and R of DS_R, from which DS_Train, DS_Val and DS_Test are taken.
    split
        "random" (the paper's), "grain" or "block".
    binning
        Factor by which patterns are binned.
    batch_size
        Patterns in a training step.
    learning_rate
        The highest: lr_0 of equation 1, or the constant rate.
    schedule
        "cosine": a short rise and a fall to nothing. "exponential": equation 1. "constant".
    decay_per
        What i counts in equation 1: "step" or "epoch". The paper does not say.
    weight_decay
        Of AdamW; Adam without.
    clip_norm
        Largest norm of all gradients; 0 for any.
    max_epochs
        Training ends here at the latest.
    score_every
        DS_Val is scored every so many epochs.
    stop
        Training ends when this holds on DS_Val, as `keras_stem.training.criterion` reads it.
    seed
        Fixes split, initial weights and order.
    cache
        Whether the training patterns are kept in memory.
    """

    network: NetworkConfig = field(default_factory=PolarConfig)
    weights: str | None = None
    freeze: int = 0
    precision: str = "float32"
    target: str = "rotation"
    symmetry: bool = True
    distance: str = "geodesic"
    ambiguity: str = "none"
    clamp: bool = False
    simulation: SimulatedTraining | None = None
    augmentation: Augmentation | None = field(default_factory=Augmentation)
    thresholds: Thresholds = field(default_factory=Thresholds)
    split: str = "random"
    binning: int = 1
    batch_size: int = 64
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    decay_per: str = "step"
    weight_decay: float = 1e-3
    clip_norm: float = 1.0
    max_epochs: int = 120
    score_every: int = 5
    stop: str = NEVER
    seed: int = 0
    cache: bool = False

    def __post_init__(self):
        for name, allowed in (
            ("precision", PRECISIONS),
            ("distance", DISTANCES),
            ("ambiguity", AMBIGUITIES),
            ("split", SPLITS),
            ("schedule", SCHEDULES),
            ("decay_per", DECAY_UNITS),
        ):
            if getattr(self, name) not in allowed:
                raise KerasStemError(
                    f"Expected {name} out of {', '.join(allowed)}, found {getattr(self, name)!r}."
                )
        for name in ("binning", "batch_size", "max_epochs", "score_every", "learning_rate"):
            if getattr(self, name) <= 0:
                raise KerasStemError(f"Expected {name} above 0, found {getattr(self, name)}.")
        self._require_consistency()
        Criterion.parse(self.stop)

    def _require_consistency(self) -> None:
        head = head_class(self.target, self.network.output)
        defaults = HeadSettings()
        for name in ("symmetry", "distance", "ambiguity", "clamp"):
            if getattr(self, name) != getattr(defaults, name) and name not in head.heeds:
                raise KerasStemError(f"--{name} has no effect on the target {head.name} of {self.arch}.")
        if self.simulation is not None and not head.streamed:
            raise KerasStemError(
                f"Trainings on simulated patterns have the target rotation, found {self.target}."
            )
        for name in ("freeze", "weight_decay", "clip_norm"):
            if getattr(self, name) < 0:
                raise KerasStemError(f"Expected {name} of at least 0, found {getattr(self, name)}.")

    @property
    def arch(self) -> str:
        """Name of the network, one of `keras_stem.networks.registry.network_names`."""
        return self.network.arch

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` brings the recipe back."""
        return with_schema({"arch": self.arch, **json.loads(json.dumps(asdict(self)))})

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Recipe":
        """Return the recipe that `to_dict` described, of this version or an older one.

        Raises
        ------
        KerasStemError
            If it is of a newer version of keras_stem, or a value is missing or of another type.
        """
        plain = up_to_date(validated(dict[str, Any], plain, _WHERE), _WHERE)
        arch = validated(str, plain.pop("arch", None), f"arch of {_WHERE}")
        kinds = {part.name: part.type for part in fields(cls)} | {
            "network": config_class(arch),
            "simulation": dict[str, Any] | None,
        }
        unknown = sorted(plain.keys() - kinds.keys())
        if unknown:
            raise KerasStemError(f"Expected no {unknown[0]!r} in {_WHERE}; the file may be damaged.")
        found = {name: validated(kinds[name], value, f"{name} of {_WHERE}") for name, value in plain.items()}
        found.setdefault("network", kinds["network"]())
        if found.get("simulation") is not None:
            found["simulation"] = _simulation(found["simulation"])
        return cls(**found)

    def flat(self) -> dict[str, Any]:
        """Return one level of names and values, as MLflow logs parameters."""
        return {"arch": self.arch, **_flat(asdict(self))}


def _simulation(plain: dict[str, Any]) -> SimulatedTraining:
    where = f"simulation of {_WHERE}"
    crystal = plain.get("crystal")
    if crystal is None:  # of a version that knew no more of it
        crystal = {name: plain.get(name) for name in ("cif", "space_group")}
    kinds = {"crystal": CrystalFile, "instrument": Instrument, "nuisances": Nuisances, "patterns": int}
    values = {**plain, "crystal": crystal}
    return SimulatedTraining(
        **{name: validated(kind, values.get(name), f"{name} of the {where}") for name, kind in kinds.items()}
    )


def _flat(nested: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in nested.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat
