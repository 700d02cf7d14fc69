"""Checkpoints of other programs and ImageNet weights, by the weight paths of the networks of keras_stem."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import keras
import numpy as np

from keras_stem.errors import KerasStemError, reason_of
from keras_stem.networks.build import build_model
from keras_stem.networks.declaration import NetworkConfig, Pretrained
from keras_stem.networks.weights_file import require_sound_weights

IMAGENET = "imagenet"
_SIZES = (128, 224, 64, 96, 144, 256)
"""Side lengths of patterns (pixels) that are tried for weights files, which do not store the input shape."""


def checkpoint_weights(source: str, config: NetworkConfig) -> dict[str, np.ndarray]:
    """Read the weights of a checkpoint.

    Parameters
    ----------
    source
        "imagenet"; the path of a ``.keras``, ``.weights.h5`` or keras.applications ``.h5`` file; or a folder
        with a Swin transformer in the Hugging Face format (``config.json``, ``model.safetensors``) or a
        keras-hub preset.
    config
        Options of the network that will receive the weights.

    Returns
    -------
    dict
        Arrays by the path of the weight in the network of keras_stem.

    Raises
    ------
    KerasStemError
        If the weights cannot be downloaded or read.
    """
    if source == IMAGENET:
        return _imagenet(config)
    path = Path(source)
    try:
        if path.is_dir():
            return _folder(source, config)
        if not path.is_file():
            raise KerasStemError(
                f"Expected imagenet, a checkpoint or a models:/ URI as weights, found nothing at {source}."
            )
        if path.suffix in (".keras", ".h5"):
            require_sound_weights(path)
        if path.suffix == ".keras":
            return _renamed(_load_any(path), config)
        if path.suffix == ".h5":
            return _weights_file(path, config)
    except KerasStemError:
        raise
    except Exception as error:  # errors of zip, JSON, HDF5, safetensors, Keras and keras-hub
        raise KerasStemError(
            f"Cannot read weights for {config.arch} from {source}: {reason_of(error)}"
        ) from error
    raise KerasStemError(f"Expected weights in .keras, .weights.h5, .h5 or a folder, found {source}.")


def model_weights(
    model: keras.Model, rename: Callable[[str], str] = lambda path: path
) -> dict[str, np.ndarray]:
    """Return the weights of the network of an orientation model, or of any other Keras model, by path.

    Parameters
    ----------
    model
        Orientation model, or any Keras model.
    rename
        Function from the path of a weight in the model to that in the network of keras_stem.
    """
    network = getattr(model, "network", model)
    return {rename(variable.path): keras.ops.convert_to_numpy(variable) for variable in network.variables}


def _foreign(pretrained: Pretrained) -> ModuleType:
    """Return the module for the pre-trained weights of a network."""
    return importlib.import_module(pretrained.module)


def _renamed(model: keras.Model, config: NetworkConfig) -> dict[str, np.ndarray]:
    if config.pretrained is None:
        return model_weights(model)
    return model_weights(model, getattr(_foreign(config.pretrained), "own_path", lambda path: path))


def _imagenet(config: NetworkConfig) -> dict[str, np.ndarray]:
    if config.pretrained is None:
        raise KerasStemError(f"There are no ImageNet weights for {config.arch}.")
    try:
        return _renamed(_foreign(config.pretrained).imagenet(), config)
    except Exception as error:  # any error of the connection, Kaggle or Hugging Face
        raise KerasStemError(
            f"Cannot download ImageNet weights for {config.arch} ({reason_of(error)[:120]}). Without the "
            f"network, give --weights {config.pretrained.offline}, or a registered model of yours "
            "(models:/NAME/VERSION)."
        ) from error


def _folder(source: str, config: NetworkConfig) -> dict[str, np.ndarray]:
    if config.pretrained is None or not config.pretrained.folders:
        raise KerasStemError(f"Expected a file as the weights of {config.arch}, found the folder {source}.")
    return _renamed(_foreign(config.pretrained).from_folder(source), config)


def _load_any(path: Path) -> keras.Model:
    try:
        return keras.saving.load_model(path, compile=False)
    except (TypeError, ValueError):
        import keras_hub  # noqa: F401 - registers its layers with Keras

        return keras.saving.load_model(path, compile=False)


def _weights_file(path: Path, config: NetworkConfig) -> dict[str, np.ndarray]:
    """Read a weights-only file by trying the networks that may have written it."""
    reasons = []
    for model in _possible_writers(config):
        try:
            model.load_weights(path)
        except (ValueError, KeyError) as error:
            reasons.append(reason_of(error))
        else:
            return model_weights(model)
    raise KerasStemError(
        f"Cannot read {path} as weights of {config.arch} with one or three channels: {reasons[0]}"
    )


def _possible_writers(config: NetworkConfig) -> Iterator[keras.Model]:
    """Yield networks with these options for several input shapes, those of other programs first."""
    if config.pretrained is not None:
        yield from _foreign(config.pretrained).writers()
    for pixels in _SIZES[:1] if config.any_size else _SIZES:
        for channels in (1, 3):
            yield build_model(config, (pixels, pixels, channels), 3)
