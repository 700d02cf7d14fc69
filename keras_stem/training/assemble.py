"""Assembly of an orientation model from a recipe and the training data."""

import keras
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.euler import euler_degrees
from keras_stem.crystal.frames import ORIX_FRAME
from keras_stem.crystal.phase import phase_to_dict
from keras_stem.heads.head import Head, HeadSettings
from keras_stem.heads.registry import head_class
from keras_stem.models.card import ModelCard
from keras_stem.models.geometry_encoder import GeometryEncoder
from keras_stem.models.layers import LogScale, UnitScale
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.build import build_model
from keras_stem.training.data import TrainingData
from keras_stem.training.recipe import Recipe
from keras_stem.version import __version__


def head_of(recipe: Recipe, symmetry: Symmetry) -> Head:
    """Return the head that a recipe selects, for a proper point group."""
    settings = HeadSettings(
        recipe.symmetry, recipe.distance, recipe.ambiguity, recipe.clamp, recipe.weights is not None
    )
    return head_class(recipe.target, recipe.network.output)([symmetry], settings)


def assemble(data: TrainingData, recipe: Recipe, head: Head) -> OrientationModel:
    """Build the model of a recipe, with newly initialised weights and a model card.

    Parameters
    ----------
    data
        Prepared training data, which give the shapes, the calibration and the phase.
    recipe
        Recipe of the training.
    head
        Head, that is, the representation of the orientations.

    Returns
    -------
    OrientationModel
    """
    input_shape = (*data.instrument.detector.shape, 1)
    network = build_model(recipe.network, input_shape, head.size, recipe.precision)
    before = [LogScale(dtype="float32"), UnitScale(dtype="float32")]
    after = head.last_layers()
    if recipe.network.geometry:
        encoder = GeometryEncoder(before, network, after, data.instrument.geometry, name="encoder")
    else:
        encoder = keras.Sequential([keras.Input(input_shape), *before, network, *after], name="encoder")
    return OrientationModel(encoder, head.decoder(), _card(data, recipe, head).to_dict())


def _card(data: TrainingData, recipe: Recipe, head: Head) -> ModelCard:
    angles = euler_degrees(data.some_rotations, data.symmetry)
    return ModelCard(
        arch=recipe.arch,
        target=head.name,
        phase=phase_to_dict(data.phase),
        point_group=data.symmetry.name,
        frame=ORIX_FRAME,
        detector_shape=data.instrument.detector.shape,
        pixel_size=data.instrument.detector.pixel_size,
        beam_energy=data.instrument.beam.energy,
        precession_angle=data.instrument.beam.precession_angle,
        convergence_angle=data.instrument.beam.convergence_angle,
        label_mean=tuple(angles.mean(axis=0).tolist()),
        label_std=tuple(angles.std(axis=0).tolist()),
        fingerprint=data.fingerprint,
        recipe=recipe.to_dict(),
        version=__version__,
    )
