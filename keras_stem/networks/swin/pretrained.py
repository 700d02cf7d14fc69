"""Pre-trained Swin-T of keras-hub, whose weight paths differ from those of keras_stem by a few names."""

import re
from collections.abc import Iterator

import keras

PRESET = "swin_tiny_patch4_window7_224"


def imagenet() -> keras.Model:
    """Return Swin-T with downloaded weights trained on ImageNet."""
    return from_folder(PRESET)


def from_folder(source: str) -> keras.Model:
    """Return the Swin transformer in a Hugging Face folder or in a keras-hub preset."""
    import keras_hub

    return keras_hub.models.SwinTransformerBackbone.from_preset(source)


def writers() -> Iterator[keras.Model]:
    """Yield no networks, since weights-only files of keras-hub are not in use."""
    yield from ()


def own_path(path: str) -> str:
    """Return the path in keras_stem of a weight of the keras-hub Swin transformer; keep other paths."""
    path = re.sub(r"^stage_(\d+)/(blocks_\d+|downsample)/(mlp/)?", r"stage_\1_\2/", path)
    path = path.replace("patch_embedding/conv_projection/", "patch_projection/")
    return path.replace("patch_embedding/norm/", "patch_norm/")
