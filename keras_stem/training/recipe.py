"""Everything that fixes a training run."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from keras_stem.choices import (
    AMBIGUITIES,
    DECAY_UNITS,
    DISTANCES,
    PRECISIONS,
    SCHEDULES,
    SPLITS,
    TARGETS,
)
from keras_stem.errors import KerasStemError
from keras_stem.models.cnn import CNNConfig
from keras_stem.models.registry import NetworkConfig, config_class
from keras_stem.scan.subsets import Thresholds


@dataclass(frozen=True)
class Recipe:
    """Everything that fixes a training run; the defaults are those of Wissel et al. for the CNN.

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
        How the network represents an orientation: "euler" (the paper's) or "rotation".
    distance
        Of the loss of rotations: "chordal" or "geodesic".
    ambiguity
        Of what counts as no difference: "none", or "pattern" for half a turn about the beam.
    clamp
        Whether the output is clamped to the physical range before the loss, for Euler angles.
    thresholds
        Smallest Q and R of DS_R, from which DS_Train, DS_Val and DS_Test are taken.
    split
        "random" (the paper's), "grain" or "block".
    binning
        Factor by which patterns are binned.
    batch_size
        Patterns in a training step.
    learning_rate
        lr_0 of equation 1, or the constant rate.
    schedule
        "exponential": equation 1. "constant".
    decay_per
        What i counts in equation 1: "step" or "epoch". The paper does not say.
    max_epochs
        Training ends here at the latest.
    score_every
        DS_Val is scored every so many epochs.
    stop_r2
        Training ends when R2 on DS_Val exceeds this.
    seed
        Fixes split, initial weights and order.
    cache
        Whether the training patterns are kept in memory.
    """

    network: NetworkConfig = field(default_factory=CNNConfig)
    weights: str | None = None
    freeze: int = 0
    precision: str = "float32"
    target: str = "euler"
    distance: str = "chordal"
    ambiguity: str = "none"
    clamp: bool = False
    thresholds: Thresholds = field(default_factory=Thresholds)
    split: str = "random"
    binning: int = 1
    batch_size: int = 64
    learning_rate: float = 5e-4
    schedule: str = "exponential"
    decay_per: str = "step"
    max_epochs: int = 200
    score_every: int = 10
    stop_r2: float = 0.95
    seed: int = 0
    cache: bool = False

    def __post_init__(self):
        for name, allowed in (
            ("precision", PRECISIONS),
            ("target", TARGETS),
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

        if self.target == "euler" and (self.ambiguity != "none" or self.distance != "chordal"):
            raise KerasStemError("The distance and the ambiguity are of the target rotation, found euler.")
        if self.target != "euler" and self.clamp:
            raise KerasStemError(
                f"Only the target euler has a physical range to clamp to, found {self.target}."
            )
        if self.freeze < 0:
            raise KerasStemError(f"Expected freeze of at least 0 epochs, found {self.freeze}.")

    @property
    def arch(self) -> str:
        """Name of the network, one of `keras_stem.choices.ARCHITECTURES`."""
        return self.network.arch

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` brings the recipe back."""
        return {"arch": self.arch, **json.loads(json.dumps(asdict(self)))}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Recipe":
        """Return the recipe that `to_dict` described."""
        plain = dict(plain)
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in plain["network"].items()}
        network = config_class(plain.pop("arch"))(**options)
        return cls(**{**plain, "network": network, "thresholds": Thresholds(**plain["thresholds"])})

    def flat(self) -> dict[str, Any]:
        """Return one level of names and values, as MLflow logs parameters."""
        flat: dict[str, Any] = {"arch": self.arch}
        for name, value in asdict(self).items():
            flat |= {f"{name}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {name: value}
        return flat
