"""What a training needs of a scan: subsets, split, targets, and where to read."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.phase import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.detector import Detector
from keras_stem.scan.scan import Scan
from keras_stem.scan.splits import Split, split
from keras_stem.scan.subsets import subset
from keras_stem.training.recipe import Recipe


@dataclass(frozen=True)
class TrainingData:
    """A scan prepared by a recipe.

    Parameters
    ----------
    scan
        The open scan.
    source
        Its patterns, binned.
    detector
        Shape and calibration of these.
    phase, symmetry
        Of the labels; the proper point group.
    rotations
        Labels of all positions, shape (n,).
    parts
        DS_Train, DS_Val and DS_Test.
    ds_q
        Positions of DS_Q.
    """

    scan: Scan
    source: ScanSource
    detector: Detector
    phase: Phase
    symmetry: Symmetry
    rotations: Rotation
    parts: Split
    ds_q: np.ndarray

    @property
    def scored(self) -> dict[str, np.ndarray]:
        """Positions of the subsets on which the paper scores a model."""
        return {"val": self.parts.val, "test": self.parts.test, "q": self.ds_q}


def prepare(scan: Scan, recipe: Recipe) -> TrainingData:
    """Prepare a scan for training.

    Raises
    ------
    KerasStemError
        If the scan has no labels, its phase is unknown, a subset is empty, its detector is not
        calibrated, or all patterns are zero.
    """
    labels, phase = scan.labels, scan.phase
    ds_r = subset(labels, "DS_R", recipe.thresholds)
    _require_calibration(scan)
    scan.require_signal()
    return TrainingData(
        scan=scan,
        source=ScanSource(scan, recipe.binning),
        detector=scan.info.detector.binned(recipe.binning),
        phase=phase,
        symmetry=proper_point_group(phase),
        rotations=labels.rotations,
        parts=split(labels, ds_r, recipe.split, recipe.seed),
        ds_q=subset(labels, "DS_Q", recipe.thresholds),
    )


def _require_calibration(scan: Scan) -> None:
    """A model learns spots at a camera length; without it, nobody could tell where the model applies."""
    if not scan.info.detector.pixel_size > 0:
        raise KerasStemError(
            f"{scan.path} has no reciprocal calibration; set scale and units (1/Å) of its last two axes, "
            "for instance in HyperSpy."
        )
