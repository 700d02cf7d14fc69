"""Recipe: the complete configuration of a training run."""

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
from keras_stem.nested import flat
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
    """Complete configuration of a training run; `keras_stem.training.options` builds the paper's recipes.

    Parameters
    ----------
    network
        Options of the network; their class identifies the network.
    weights
        Initial weights of the network: None (random), "imagenet", the path of a checkpoint, or a registered
        model of keras_stem.
    freeze
        Number of initial epochs in which only the head is trained.
    precision
        Precision of the network: "float32", "bfloat16" or "float16". The head and the loss use float32.
    target
        Representation of the orientation: "rotation", or "euler" (as in the paper).
    symmetry
        Whether the loss of rotations uses the nearest symmetrically equivalent orientation of the label
        (True), or the one in the Euler fundamental region (False).
    distance
        Distance in the loss of rotations: "geodesic" or "chordal". The votes of the polar network have a
        separate loss.
    ambiguity
        Ambiguity that the loss ignores: "none", or "pattern" for the 180 degree in-plane ambiguity.
    clamp
        Whether the output is clamped to the physical range before the loss, for Euler angles.
    simulation
        Settings of the simulation, if the training patterns are simulated instead of read from a scan.
    augmentation
        Augmentation of the training patterns of a scan; None disables it.
    thresholds
        Smallest Q and R of DS_R, from which DS_Train, DS_Val and DS_Test are drawn.
    split
        Split of DS_R: "random" (as in the paper), "grain" or "block".
    binning
        Binning factor of the patterns.
    batch_size
        Number of patterns per training step.
    learning_rate
        Peak learning rate: lr_0 of equation 1, or the constant rate.
    schedule
        Learning-rate schedule. "cosine": linear warm-up, then cosine decay to 1 % of the peak rate.
        "exponential": equation 1. "constant": a constant rate.
    decay_per
        Unit of i in equation 1: "step" or "epoch". The paper does not specify it.
    weight_decay
        Weight decay of AdamW; 0 selects Adam.
    clip_norm
        Global gradient-norm clip; 0 disables clipping.
    max_epochs
        Maximum number of epochs.
    score_every
        Number of epochs between two validations on DS_Val.
    stop
        Early-stopping criterion on DS_Val, in the syntax of `keras_stem.training.criterion`.
    seed
        Seed of the split, the initial weights and the order of the patterns.
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
        """Return the recipe in plain JSON types; `from_dict` restores it."""
        return with_schema({"arch": self.arch, **json.loads(json.dumps(asdict(self)))})

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Recipe":
        """Return the recipe from the output of `to_dict`, of this version or an older one.

        Raises
        ------
        KerasStemError
            If it was written by a newer version of keras_stem, or a value is missing or of a wrong type.
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
        """Return the recipe as a flat dictionary, as MLflow logs parameters."""
        return {"arch": self.arch, **flat(asdict(self))}


def _simulation(plain: dict[str, Any]) -> SimulatedTraining:
    where = f"simulation of {_WHERE}"
    crystal = plain.get("crystal")
    if crystal is None:  # earlier versions stored only these two values
        crystal = {name: plain.get(name) for name in ("cif", "space_group")}
    kinds = {"crystal": CrystalFile, "instrument": Instrument, "nuisances": Nuisances, "patterns": int}
    values = {**plain, "crystal": crystal}
    return SimulatedTraining(
        **{name: validated(kind, values.get(name), f"{name} of the {where}") for name, kind in kinds.items()}
    )
