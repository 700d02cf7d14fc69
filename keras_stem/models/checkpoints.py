"""Weights of other programs, and of ImageNet, by the paths that they have in our networks."""

import re
from pathlib import Path

import keras
import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.models.registry import NetworkConfig, build_model

IMAGENET = "imagenet"
_SWIN_PRESET = "swin_tiny_patch4_window7_224"
_OFFLINE = {
    "densenet": "the path of densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5 (downloaded elsewhere)",
    "swin": "a folder of microsoft/swin-tiny-patch4-window7-224 from Hugging Face (downloaded elsewhere)",
}


def checkpoint_weights(source: str, config: NetworkConfig) -> dict[str, np.ndarray]:
    """Read the weights of a checkpoint.

    Parameters
    ----------
    source
        "imagenet"; the path of a ``.keras``, ``.weights.h5`` or keras.applications ``.h5`` file; or a folder:
        a Swin transformer as Hugging Face stores it (``config.json``, ``model.safetensors``) or a preset of
        keras-hub.
    config
        Options of the network that they are for.

    Returns
    -------
    dict
        Arrays by the path of the weight in our network.

    Raises
    ------
    KerasStemError
        If they cannot be had or read.
    """
    if source == IMAGENET:
        return _imagenet(config)
    path = Path(source)
    try:
        if path.is_dir():
            return _preset(source, config)
        if not path.is_file():
            raise KerasStemError(
                f"Expected imagenet, a checkpoint or a models:/ URI as weights, found nothing at {source}."
            )
        if path.suffix == ".keras":
            return model_weights(_load_any(path))
        if path.suffix == ".h5":
            return _weights_file(path, config)
    except KerasStemError:
        raise
    except Exception as error:  # zip, JSON, HDF5 and safetensors errors, and those of Keras and keras-hub
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise KerasStemError(f"Cannot read weights for {config.arch} from {source}: {reason}") from error
    raise KerasStemError(f"Expected weights in .keras, .weights.h5, .h5 or a folder, found {source}.")


def model_weights(model: keras.Model) -> dict[str, np.ndarray]:
    """Return the weights of an orientation model's network, or of any other Keras model, by their paths."""
    network = model.network if isinstance(model, OrientationModel) else model
    return {_path(variable.path): keras.ops.convert_to_numpy(variable) for variable in network.variables}


def _path(path: str) -> str:
    """Return our path of a weight of keras-hub's Swin transformer; other paths stay."""
    path = re.sub(r"^stage_(\d+)/(blocks_\d+|downsample)/(mlp/)?", r"stage_\1_\2/", path)
    path = path.replace("patch_embedding/conv_projection/", "patch_projection/")
    return path.replace("patch_embedding/norm/", "patch_norm/")


def _imagenet(config: NetworkConfig) -> dict[str, np.ndarray]:
    if config.arch not in _OFFLINE:
        raise KerasStemError(f"There are no ImageNet weights for {config.arch}.")
    try:
        if config.arch == "swin":
            return _preset(_SWIN_PRESET, config)
        body = keras.applications.DenseNet121(include_top=False, weights=IMAGENET, input_shape=(224, 224, 3))
        return model_weights(body)
    except Exception as error:  # whatever the network, Kaggle or Hugging Face answer
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise KerasStemError(
            f"Cannot download ImageNet weights for {config.arch} ({reason[:120]}). Without the network, give "
            f"--weights {_OFFLINE[config.arch]}, or a registered model of yours (models:/NAME/VERSION)."
        ) from error


def _preset(source: str, config: NetworkConfig) -> dict[str, np.ndarray]:
    if config.arch != "swin":
        raise KerasStemError(f"Expected a file as the weights of {config.arch}, found the folder {source}.")
    import keras_hub

    return model_weights(keras_hub.models.SwinTransformerBackbone.from_preset(source))


def _load_any(path: Path) -> keras.Model:
    try:
        return keras.saving.load_model(path, compile=False)
    except (TypeError, ValueError):
        import keras_hub  # noqa: F401 - registers its layers

        return keras.saving.load_model(path, compile=False)


def _weights_file(path: Path, config: NetworkConfig) -> dict[str, np.ndarray]:
    """Read a file that has weights alone, by trying the networks that may have written it."""
    reasons = []
    for model in _possible_writers(path, config):
        try:
            model.load_weights(path)
        except (ValueError, KeyError) as error:
            reasons.append((str(error).splitlines() or [type(error).__name__])[0])
        else:
            return model_weights(model)
    raise KerasStemError(
        f"Cannot read {path} as weights of {config.arch} with one or three channels: {reasons[0]}"
    )


def _possible_writers(path: Path, config: NetworkConfig):
    """Yield networks of these options, for sizes of the patterns, which are not in the file."""
    if config.arch == "densenet":
        for channels in (3, 1):
            yield keras.applications.DenseNet121(
                include_top=False, weights=None, input_shape=(224, 224, channels)
            )
    # Only DenseNet has the same weights at all sizes.
    sizes = (128,) if config.arch == "densenet" else (128, 224, 64, 96, 144, 256)
    for pixels in sizes:
        for channels in (1, 3):
            yield build_model(config, (pixels, pixels, channels), 3)
