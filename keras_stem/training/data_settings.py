"""Settings of the training data: a labelled scan, or a simulation."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.choices import SPLITS, SUBSETS
from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.errors import KerasStemError
from keras_stem.instrument.instrument import Instrument
from keras_stem.models.stored_recipe import SCAN, SIMULATED
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.scan.splits import Split, split, with_more_training
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.schema import validated
from keras_stem.simulate.stream import Nuisances


@dataclass(frozen=True)
class ScanData:
    """Training data from a scan with labels.

    Parameters
    ----------
    thresholds
        Smallest Q and R of DS_R, from which DS_Train, DS_Val and DS_Test are drawn.
    split
        Split of DS_R: "random" (as in the paper), "grain" or "block".
    train_on
        Subset from which DS_Train is drawn: "DS_R", "DS_Q" or "DS_0"; DS_Val and DS_Test are always those of
        DS_R. Positions that are not indexed have no label to train on.
    binning
        Binning factor of the patterns.
    cache
        Whether the training patterns are kept in memory.
    augmentation
        Augmentation of the training patterns; None disables it.

    Attributes
    ----------
    kind
        Name of the kind of data in stored recipes.
    prefix
        Prefix of these settings among the parameters of a run.
    streamed
        Whether each training pattern is seen only once.
    """

    kind: ClassVar[str] = SCAN
    prefix: ClassVar[str] = ""
    streamed: ClassVar[bool] = False

    thresholds: Thresholds = field(default_factory=Thresholds)
    split: str = SPLITS[0]
    train_on: str = SUBSETS[-1]
    binning: int = 1
    cache: bool = False
    augmentation: Augmentation | None = field(default_factory=Augmentation)

    def __post_init__(self):
        if self.split not in SPLITS:
            raise KerasStemError(f"Expected split to be one of {', '.join(SPLITS)}, found {self.split!r}.")
        if self.train_on not in SUBSETS:
            raise KerasStemError(
                f"Expected train_on to be one of {', '.join(SUBSETS)}, found {self.train_on!r}."
            )
        if self.binning <= 0:
            raise KerasStemError(f"Expected binning above 0, found {self.binning}.")

    def parts(self, labels: CrystalMap, seed: int) -> Split:
        """Return the positions of DS_Train, DS_Val and DS_Test.

        Parameters
        ----------
        labels
            Labels of the whole scan.
        seed
            Seed of the split.

        Raises
        ------
        KerasStemError
            If one of the sets would be empty, or the labels lack Q or R.
        """
        parts = split(labels, subset(labels, "DS_R", self.thresholds), self.split, seed)
        if self.train_on == "DS_R":
            return parts
        positions = subset(labels, self.train_on, self.thresholds)
        labelled = positions[np.asarray(labels.phase_id)[positions] >= 0]
        return with_more_training(parts, labels, labelled, self.split, seed)


@dataclass(frozen=True)
class SimulatedData:
    """Training data that are simulated during the training, without a scan.

    Parameters
    ----------
    crystal
        Crystal structure file of the phase.
    instrument
        Detector and beam.
    nuisances
        Ranges of the nuisance parameters.
    patterns
        Number of patterns per epoch; each epoch has new patterns.

    Attributes
    ----------
    kind, prefix, streamed
        As for `ScanData`.
    """

    kind: ClassVar[str] = SIMULATED
    prefix: ClassVar[str] = "simulation."
    streamed: ClassVar[bool] = True

    crystal: CrystalFile = field(default_factory=CrystalFile)
    instrument: Instrument = field(default_factory=Instrument)
    nuisances: Nuisances = field(default_factory=Nuisances)
    patterns: int = 40_000

    def __post_init__(self):
        if self.patterns < 1:
            raise KerasStemError(f"Expected at least one pattern in an epoch, found {self.patterns}.")


DataSettings = ScanData | SimulatedData

_CLASSES = {cls.kind: cls for cls in (ScanData, SimulatedData)}


def data_to_dict(data: DataSettings) -> dict[str, Any]:
    """Return settings of training data as a dictionary; `data_from_dict` restores them."""
    return {"kind": data.kind, **asdict(data)}


def data_from_dict(plain: dict[str, Any], where: str) -> DataSettings:
    """Return settings of training data from the output of `data_to_dict`.

    Parameters
    ----------
    plain
        Stored values; missing ones have their defaults.
    where
        Name of the source of the values in messages.

    Raises
    ------
    KerasStemError
        If the kind of the data is unknown, or a value is unknown or of a wrong type.
    """
    values = dict(plain)
    kind = validated(str, values.pop("kind", None), f"kind of the data of {where}")
    if kind not in _CLASSES:
        raise KerasStemError(
            f"Expected the data of {where} to be one of {', '.join(_CLASSES)}, found {kind!r}."
        )
    cls = _CLASSES[kind]
    return cls(**validated_values({part.name: part.type for part in fields(cls)}, values, where))


def validated_values(kinds: dict[str, Any], plain: dict[str, Any], where: str) -> dict[str, Any]:
    """Return stored values validated as the types of their names.

    Raises
    ------
    KerasStemError
        If a value is unknown or of a wrong type; the message names the first one.
    """
    unknown = sorted(plain.keys() - kinds.keys())
    if unknown:
        raise KerasStemError(f"Expected no {unknown[0]!r} in {where}; the file may be damaged.")
    return {name: validated(kinds[name], value, f"{name} of {where}") for name, value in plain.items()}
