"""How many of the wrong answers no single pattern could tell from the right ones.

    python ambiguity.py models:/LiNiO2/1 scan.h5

The scan is simulated, for its truth. Answers and truth are refined; an answer that is off by more than
5 deg and yet agrees with the pattern as well as the truth does, is another orientation with the same pattern.
"""

import sys

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.inference.predictions import predict
from keras_stem.inference.verification import verify
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow.evaluate import CLEAR_SHARE, TRUE_EULER, TRUE_WEIGHT

WRONG = 5.0
"""Degrees."""

EQUAL = 0.1
"""Difference of the agreement, which is up to 100; that of two grains is some tens."""


def main(uri: str, path: str) -> None:
    model = load_model(uri)
    phase, instrument = model.card.load_phase(), model.card.instrument
    detector, settings = instrument.detector, Matching().for_instrument(instrument)
    with Scan(path) as scan:
        positions = subset(scan.labels, "DS_Q", Thresholds())
        positions = positions[scan.labels.prop[TRUE_WEIGHT][positions] >= CLEAR_SHARE]
        truth = Rotation.from_euler(scan.labels.prop[TRUE_EULER][positions])
        source = ScanSource(scan, model.card.binning_for(scan.info.detector))
        found = verify(model.card, source, positions, predict(model, source, positions), refine="quick")
        comparison = SpotComparison(phase, detector, settings)
        images = SpotFinder(detector, settings)(source.read(positions))
        right = comparison.refined(images, truth.to_matrix()[:, None])
        agreement = 100 * comparison.correlation(images, right)[:, 0]
    angles = disorientation(Rotation.from_euler(found.euler.astype(float)), truth, proper_point_group(phase))
    wrong = np.rad2deg(angles) > WRONG
    equal = wrong & (found.agreement > agreement - EQUAL)
    print(f"{path}: {len(positions)} positions of one grain")
    print(f"  {wrong.mean():.1%} of the refined answers are off by more than {WRONG:.0f} deg")
    print(
        f"  {equal.mean():.1%} are, and agree with the pattern at least as well as the truth, within {EQUAL}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
