"""Recipe: the complete configuration of a training run."""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from keras_stem.choices import AMBIGUITIES, DECAY_UNITS, DISTANCES, PRECISIONS, SCHEDULES
from keras_stem.errors import KerasStemError
from keras_stem.heads.head import HeadSettings
from keras_stem.heads.registry import head_class
from keras_stem.models.stored_recipe import recipe_values
from keras_stem.nested import flat
from keras_stem.networks.declaration import NetworkConfig
from keras_stem.networks.polar.options import PolarConfig
from keras_stem.networks.registry import config_class
from keras_stem.schema import validated
from keras_stem.training.criterion import NEVER, Criterion
from keras_stem.training.data_settings import (
    DataSettings,
    ScanData,
    data_from_dict,
    data_to_dict,
    validated_values,
)
from keras_stem.versions import with_schema

_WHERE = "the recipe"


@dataclass(frozen=True)
class Recipe:
    """Complete configuration of a training run; `keras_stem.training.options` builds the paper's recipes.

    Parameters
    ----------
    data
        Training data: `ScanData` (a scan with labels) or `SimulatedData` (patterns that are simulated during
        the training).
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
    """

    data: DataSettings = field(default_factory=ScanData)
    network: NetworkConfig = field(default_factory=PolarConfig)
    weights: str | None = None
    freeze: int = 0
    precision: str = "float32"
    target: str = "rotation"
    symmetry: bool = True
    distance: str = "geodesic"
    ambiguity: str = "none"
    clamp: bool = False
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

    def __post_init__(self):
        for name, allowed in (
            ("precision", PRECISIONS),
            ("distance", DISTANCES),
            ("ambiguity", AMBIGUITIES),
            ("schedule", SCHEDULES),
            ("decay_per", DECAY_UNITS),
        ):
            if getattr(self, name) not in allowed:
                raise KerasStemError(
                    f"Expected {name} to be one of {', '.join(allowed)}, found {getattr(self, name)!r}."
                )
        for name in ("batch_size", "max_epochs", "score_every", "learning_rate"):
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
        for name in ("freeze", "weight_decay", "clip_norm"):
            if getattr(self, name) < 0:
                raise KerasStemError(f"Expected {name} of at least 0, found {getattr(self, name)}.")

    @property
    def arch(self) -> str:
        """Name of the network, one of `keras_stem.networks.registry.network_names`."""
        return self.network.arch

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe in plain JSON types; `from_dict` restores it."""
        plain = {"arch": self.arch, **asdict(self), "data": data_to_dict(self.data)}
        return with_schema(json.loads(json.dumps(plain)))

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Recipe":
        """Return the recipe from the output of `to_dict`, of this version or an older one.

        Raises
        ------
        KerasStemError
            If it was written by a newer version of keras_stem, or a value is missing or of a wrong type.
        """
        values = recipe_values(plain, _WHERE)
        network = config_class(validated(str, values.pop("arch", None), f"arch of {_WHERE}"))
        kinds = {part.name: part.type for part in fields(cls)} | {"network": network, "data": dict[str, Any]}
        found = validated_values(kinds, values, _WHERE)
        found.setdefault("network", network())
        if "data" in found:
            found["data"] = data_from_dict(found["data"], _WHERE)
        return cls(**found)

    def flat(self) -> dict[str, Any]:
        """Return the recipe as a flat dictionary, as MLflow logs parameters.

        The settings of a scan are at the top level, and those of a simulation have the prefix "simulation.".
        """
        rest = {name: value for name, value in asdict(self).items() if name != "data"}
        data = flat(asdict(self.data), self.data.prefix)
        return {"arch": self.arch, "data": self.data.kind, **data, **flat(rest)}
