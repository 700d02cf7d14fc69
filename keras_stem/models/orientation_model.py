"""Orientation model: a Keras model from counts to orientations, with its card."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

import keras_stem.models.geometry_encoder
import keras_stem.models.layers  # noqa: F401 - these register the layers that a saved model names
from keras_stem.errors import KerasStemError
from keras_stem.heads.head import AllCandidates
from keras_stem.heads.registry import import_heads
from keras_stem.models.card import ModelCard
from keras_stem.models.keras_file import require_model_file
from keras_stem.networks.registry import import_builders
from keras_stem.networks.settings import standard_settings

# These imports register the layers of saved models with Keras.
import_builders()
import_heads()


@keras.saving.register_keras_serializable(package="keras_stem")
class OrientationModel(keras.Model):
    """Model that maps raw detector counts (B, H, W, 1) to orientations.

    It returns a dictionary with the Bunge Euler angles "euler" (B, 3) in radians and, if the head provides
    them, "spread" and "runners_up", as described in `keras_stem.heads.head.Decoder`.

    Parameters
    ----------
    encoder
        Preprocessing and network, from counts to the encoded orientation. This is the part that is trained.
    decoder
        Layer from the encoded orientation to Euler angles.
    card
        Model card as returned by `ModelCard.to_dict`; the attribute of this name is a `ModelCard`.

    Attributes
    ----------
    path
        File from which the model was loaded; None for a new model.
    """

    path: Path | None = None

    def __init__(self, encoder: keras.Model, decoder: keras.layers.Layer, card: dict[str, Any], **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        # A dataclass, because Keras would wrap a dictionary in one of its own.
        self.card = ModelCard.from_dict(card)
        self.build((None, *card["detector_shape"], 1))

    @property
    def network(self) -> keras.Model:
        """Trainable part of the encoder, from patterns in [0, 1] to the encoded orientation."""
        return next(layer for layer in self.encoder.layers if isinstance(layer, keras.Model))

    @property
    def several_candidates(self) -> bool:
        """Whether the network predicts several candidate orientations per pattern."""
        return self.decoder.several

    @standard_settings()
    def with_all_candidates(self) -> "OrientationModel":
        """Return a model with shared weights that returns all candidates as runners-up."""
        return OrientationModel(
            self.encoder, AllCandidates(self.decoder), self.card.to_dict(), name=self.name
        )

    def build(self, input_shape) -> None:  # noqa: D102
        self.decoder.build(self.encoder.compute_output_shape(input_shape))
        self.built = True

    def call(self, counts) -> dict[str, keras.KerasTensor]:
        """Return the orientations for counts, or for a pair of counts and detector geometry."""
        return self.decoder(self.encoder(counts))

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        encoder = keras.saving.serialize_keras_object(self.encoder)
        encoder.pop("compile_config", None)  # the training configuration is not part of the model
        return {
            "encoder": encoder,
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "card": self.card.to_dict(),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config) -> "OrientationModel":  # noqa: D102
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("encoder", "decoder")}
        return cls(**{**config, **parts})


@standard_settings()
def load_keras_file(path: str | Path) -> OrientationModel:
    """Load a model from a ``.keras`` file, which may have been saved with any backend.

    Raises
    ------
    KerasStemError
        If the file does not exist or is not an orientation model.
    """
    if not Path(path).is_file():
        raise KerasStemError(f"Expected a model file, found nothing at {path}.")
    require_model_file(path)
    try:
        model = keras.saving.load_model(path, compile=False)
        answer = model(np.zeros((1, *model.card.detector_shape, 1), np.float32))
    except Exception as error:  # Keras and its backends raise exceptions of any type
        raise KerasStemError(
            f"Keras cannot build a model from {path}: its configuration or its weights are damaged."
        ) from error
    if not isinstance(model, OrientationModel) or answer["euler"].shape != (1, 3):
        raise KerasStemError(f"{path} is a Keras model, but was not saved by keras_stem.")
    model.path = Path(path).resolve()
    model.path = Path(path).resolve()
    return model
