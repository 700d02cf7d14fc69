"""What tells the error of a prediction best, and what finds patterns that a model cannot know.

    python confidence.py models:/LiNiO2/1 scan.h5 other.cif

The scan is simulated, for its truth; the CIF file is of a phase that the model was not trained on.
"""

import sys

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.structure_files import load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.calibration import unexplained
from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import predict
from keras_stem.inference.scan_map import predict_map
from keras_stem.inference.verification import verify
from keras_stem.metrics.confidence import score_confidence
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.augmentation import reoriented, resample
from keras_stem.pipeline.source import ArraySource, PatternSource, ScanSource
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import subset
from keras_stem.simulate.stream import Nuisances, PatternStream
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow.evaluate import TRUE_EULER

COPIES = 8
STRANGERS = 2000
VACUUM = Nuisances(direct=(0.6, 0.6), diffuse=(0.4, 0.4))
"""All electrons are in the direct beam and in the diffuse background."""


def augmented_spread(
    model: OrientationModel, source: PatternSource, positions: np.ndarray, euler: np.ndarray
) -> np.ndarray:
    """Return how far predictions for turned and mirrored patterns, turned back, are off on average, deg."""
    symmetry = proper_point_group(model.card.load_phase())
    answers, offsets = Rotation.from_euler(euler), np.zeros(len(positions))
    patterns, count = source.read(positions).astype(float), len(positions)
    for copy in range(1, COPIES + 1):
        angles, mirrored = np.full(count, copy * 2 * np.pi / (COPIES + 0.5)), np.full(count, copy % 2 == 0)
        changed = resample(patterns, angles, mirrored, np.ones(count), np.zeros((count, 2)))
        found = predict(model, ArraySource(changed.astype(np.float32)), np.arange(count)).euler
        turns = reoriented(np.tile(np.eye(3), (count, 1, 1)), angles, mirrored)
        back = Rotation.from_euler(found.astype(float)).to_matrix() @ turns.transpose(0, 2, 1)
        offsets += np.rad2deg(disorientation(from_matrices(back), answers, symmetry)) / COPIES
    return offsets


def compare_uncertainties(model: OrientationModel, scan: Scan) -> None:
    """Print how the error falls along each of the uncertainties, on DS_Q against the truth."""
    positions = subset(scan.labels, "DS_Q", model.card.thresholds)
    truth = Rotation.from_euler(scan.labels.prop[TRUE_EULER][positions])
    source = ScanSource(scan, model.card.binning_for(scan.info.detector))
    found = predict(model, source, positions)
    euler = found.euler.astype(float)
    symmetry = proper_point_group(model.card.load_phase())
    errors = np.rad2deg(disorientation(Rotation.from_euler(euler), truth, symmetry))
    stated = predict_map(model, scan).property("uncertainty")
    checked = verify(model.card, source, positions, found)
    ways = {
        "said by the network": found.spread,
        f"spread over {COPIES} exact changes": augmented_spread(model, source, positions, euler),
        "agreement with the expected spots": None if checked is None else -checked.agreement,
        "stated: all but the changes": None if stated is None else stated[positions],
    }
    print(f"Median error {np.median(errors):.2f} deg, mean {errors.mean():.2f} deg")
    for name, way in ways.items():
        if way is not None:
            scores = score_confidence(way, way, errors)
            print(f"  {name}: Spearman {scores.spearman:.2f}, risk {scores.risk:.2f} deg")


def find_strangers(model: OrientationModel, scan: Scan, other: str) -> None:
    """Print which share of patterns is marked as unlike those of the training."""
    card = model.card
    streams = {
        "the training": PatternStream(card.load_phase(), card.instrument, Nuisances(), 3),
        "vacuum": PatternStream(card.load_phase(), card.instrument, VACUUM, 0),
        other: PatternStream(load_phase(other), card.instrument, Nuisances(overlap=0.0), 0),
    }
    if card.novelty is None or not NoveltyThresholds(**card.novelty).tells:
        raise SystemExit("The model does not tell what is out of distribution; train it again.")
    marked = predict_map(model, scan).property("out_of_distribution")
    print(f"Out of distribution: {marked.mean():.1%} of {scan.path.name}")
    for name, stream in streams.items():
        source, positions = ArraySource(stream.batch(0, STRANGERS)[0]), np.arange(STRANGERS)
        found = predict(model, source, positions)
        checked, refined = (verify(card, source, positions, found, how) for how in (None, "quick"))
        marked = NoveltyThresholds(**card.novelty).out_of_distribution(found, checked)
        unknown = unexplained(refined.agreement, refined.disks)
        print(f"  {name}: {marked.mean():.1%}; refined: {unknown.mean():.1%}")


def main(uri: str, path: str, other: str) -> None:
    model = load_model(uri)
    with Scan(path) as scan:
        compare_uncertainties(model, scan)
        find_strangers(model, scan, other)


if __name__ == "__main__":
    main(*sys.argv[1:])
