"""Training data: patterns to train and score on, with the instrument and the phase."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.phase import fingerprint
from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.instrument.instrument import Instrument
from keras_stem.models.card import ModelCard
from keras_stem.pipeline.source import ArraySource, MemorySource, PatternSource, ScanSource
from keras_stem.scan.binning import bin_patterns
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import few_notes, subset
from keras_stem.simulate.stream import PatternStream
from keras_stem.training.data_settings import ScanData, SimulatedData
from keras_stem.training.patterns import LabelledPatterns, ScanPatterns, SimulatedPatterns, TrainingPatterns
from keras_stem.training.recipe import Recipe

SCORED_PATTERNS = 2048
"""Number of simulated patterns in each of DS_Val and DS_Test."""


@dataclass(frozen=True)
class TrainingData:
    """Training data prepared from a scan or from a simulation.

    Parameters
    ----------
    path, title, fingerprint
        Path, title and fingerprint of the scan, or of the simulation and its CIF file.
    instrument
        Detector, after binning, and beam.
    phase, symmetry
        Phase of the orientations and its proper point group.
    train
        Training patterns.
    some_rotations
        Sample of orientations distributed as those of the training patterns, shape (n,).
    scored
        Scored subsets by name: "val", "test" and, for a scan, "q", in that order.
    test_source_for
        Function that returns the patterns of "test", binned for the model with a given card.
    plain_errors
        Context manager in which read errors are raised with their original type and message.
    notes
        Remarks about the data for the user, one sentence each.
    """

    path: str
    title: str
    fingerprint: str
    instrument: Instrument
    phase: Phase
    symmetry: Symmetry
    train: TrainingPatterns
    some_rotations: Rotation
    scored: dict[str, LabelledPatterns]
    test_source_for: Callable[[ModelCard], PatternSource]
    plain_errors: Callable[[], contextlib.AbstractContextManager]
    notes: tuple[str, ...] = ()


@contextlib.contextmanager
def training_data(recipe: Recipe, scan_path: str | Path = "") -> Iterator[TrainingData]:
    """Prepare the training data of a recipe, and close their file at the end.

    Parameters
    ----------
    recipe
        Recipe of the training.
    scan_path
        Path of the scan with labels; empty for simulated patterns.

    Yields
    ------
    TrainingData

    Raises
    ------
    KerasStemError
        If the data cannot be used, or a scan is given beside a simulation, or neither.
    """
    match recipe.data:
        case SimulatedData() as settings:
            if scan_path:
                raise KerasStemError("Expected a scan to train on or a simulation, found both.")
            yield prepare_simulation(settings, recipe.seed)
        case ScanData() as settings:
            if not scan_path:
                raise KerasStemError("Expected a scan to train on, found none; give its path.")
            with Scan(scan_path) as scan:
                yield prepare_scan(scan, settings, recipe.seed)


def prepare_scan(scan: Scan, settings: ScanData, seed: int) -> TrainingData:
    """Prepare a scan for training.

    Raises
    ------
    KerasStemError
        If the scan has no labels, its phase is unknown, a subset is empty, its detector is not
        calibrated, or all patterns are zero.
    """
    labels, phase = scan.labels, scan.phase
    _require_calibration(scan)
    scan.require_signal()
    parts = settings.parts(labels, seed)
    file = ScanSource(scan, settings.binning)
    seen = file
    if settings.cache:
        with file.plain_errors():
            seen = MemorySource(file, np.sort(np.concatenate([parts.train, parts.val])))

    def labelled(source: PatternSource, positions: np.ndarray) -> LabelledPatterns:
        return LabelledPatterns(source, positions, labels.rotations[positions])

    train = labelled(seen, parts.train)
    return TrainingData(
        path=str(scan.path.resolve()),
        title=scan.info.title,
        fingerprint=scan.fingerprint,
        instrument=scan.info.instrument(settings.binning),
        phase=phase,
        symmetry=proper_point_group(phase),
        train=ScanPatterns(train, settings.augmentation, seed),
        some_rotations=train.rotations,
        scored={
            "val": labelled(seen, parts.val),
            "test": labelled(file, parts.test),
            "q": labelled(file, subset(labels, "DS_Q", settings.thresholds)),
        },
        test_source_for=lambda card: ScanSource(scan, card.binning_for(scan.info.detector)),
        plain_errors=file.plain_errors,
        notes=tuple(few_notes(labels, settings.thresholds) if settings.train_on == "DS_R" else ()),
    )


def prepare_simulation(settings: SimulatedData, seed: int) -> TrainingData:
    """Prepare a simulation for training; DS_Val and DS_Test are simulated likewise, with separate seeds.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated.
    """
    phase = settings.crystal.load()
    instrument = settings.instrument

    def stream(part: int) -> PatternStream:
        return PatternStream(phase, instrument, settings.nuisances, (seed, part))

    drawn = {name: stream(part).batch(0, SCORED_PATTERNS) for part, name in ((1, "val"), (2, "test"))}
    scored = {
        name: LabelledPatterns(
            ArraySource(patterns), np.arange(len(patterns)), from_matrices(matrices.astype(float))
        )
        for name, (patterns, matrices) in drawn.items()
    }
    return TrainingData(
        path=settings.crystal.cif or phase.name,
        title=f"{phase.name} simulated",
        fingerprint=_fingerprint(settings, phase, seed),
        instrument=instrument,
        phase=phase,
        symmetry=proper_point_group(phase),
        train=SimulatedPatterns(stream(0), settings.patterns),
        some_rotations=scored["val"].rotations,
        scored=scored,
        test_source_for=lambda card: ArraySource(
            bin_patterns(drawn["test"][0], card.binning_for(instrument.detector))
        ),
        plain_errors=_nothing,
    )


def _fingerprint(settings: SimulatedData, phase: Phase, seed: int) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of structure and settings.

    The fingerprint does not depend on the path of the CIF file.
    """
    plain = {**asdict(settings), "crystal": fingerprint(phase)}
    return hashlib.sha256(json.dumps([plain, seed]).encode()).hexdigest()[:16]


@contextlib.contextmanager
def _nothing() -> Iterator[None]:
    yield


def _require_calibration(scan: Scan) -> None:
    """Raise `KerasStemError` if a scan has no reciprocal calibration.

    A model is valid for the camera length of its training patterns only; without a calibration, its domain
    would be unknown.
    """
    if not scan.info.detector.pixel_size > 0:
        raise KerasStemError(
            f"{scan.path} has no reciprocal calibration; set scale and units (1/Å) of its last two axes, "
            "for instance in HyperSpy."
        )
