"""A recipe and its data become a whole model."""

import keras
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.frames import ORIX_FRAME
from keras_stem.crystal.phase import phase_to_dict
from keras_stem.models.card import ModelCard
from keras_stem.models.layers import LogScale, UnitScale
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.build import build_model
from keras_stem.training.data import TrainingData
from keras_stem.training.recipe import Recipe
from keras_stem.training.targets import EulerTarget, RotationTarget, Target, VoteTarget, euler_degrees
from keras_stem.version import __version__

TUNING_WIDTH = 0.02
"""Radians. Votes that have learned already are not taught anew: with 0.1 they are worse afterwards."""


def target_of(recipe: Recipe, symmetry: Symmetry) -> Target:
    """Return the representation of orientations that a recipe asks for, in a proper point group."""
    if recipe.target == "euler":
        return EulerTarget(symmetry)
    mates = recipe.ambiguity == "pattern"
    if recipe.network.output == "azimuths":
        width = 1.0 if recipe.weights is None else TUNING_WIDTH
        return VoteTarget(symmetry, mates, recipe.symmetry, width)
    return RotationTarget(symmetry, recipe.distance, mates, recipe.symmetry)


def assemble(data: TrainingData, recipe: Recipe, target: Target) -> OrientationModel:
    """Build the model of a recipe, with fresh weights and its card.

    Parameters
    ----------
    data
        The prepared scan, for shapes, calibration and phase.
    recipe
        What to build.
    target
        Representation of the orientation.

    Returns
    -------
    OrientationModel
    """
    input_shape = (*data.instrument.detector_shape, 1)
    network = build_model(recipe.network, input_shape, target.size, recipe.precision)
    before = [LogScale(dtype="float32"), UnitScale(dtype="float32")]
    after = [target.clamp()] if recipe.clamp else []
    encoder = keras.Sequential([keras.Input(input_shape), *before, network, *after], name="encoder")
    return OrientationModel(encoder, target.decoder(), _card(data, recipe, target).to_dict())


def _card(data: TrainingData, recipe: Recipe, target: Target) -> ModelCard:
    angles = euler_degrees(data.some_rotations, data.symmetry)
    return ModelCard(
        arch=recipe.arch,
        target=target.name,
        phase=phase_to_dict(data.phase),
        point_group=data.symmetry.name,
        frame=ORIX_FRAME,
        detector_shape=data.instrument.detector_shape,
        pixel_size=data.instrument.pixel_size,
        beam_energy=data.instrument.beam_energy,
        precession_angle=data.instrument.precession_angle,
        convergence_angle=data.instrument.convergence_angle,
        label_mean=tuple(angles.mean(axis=0).tolist()),
        label_std=tuple(angles.std(axis=0).tolist()),
        fingerprint=data.fingerprint,
        recipe=recipe.to_dict(),
        version=__version__,
    )
