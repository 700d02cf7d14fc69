"""Swin-T of keras-hub, whose weights have the paths of ours but for a few names."""

import re
from collections.abc import Iterator

import keras

PRESET = "swin_tiny_patch4_window7_224"


def imagenet() -> keras.Model:
    """Return Swin-T with weights trained on ImageNet, which are downloaded."""
    return from_folder(PRESET)


def from_folder(source: str) -> keras.Model:
    """Return the Swin transformer of a folder of Hugging Face, or of a preset of keras-hub."""
    import keras_hub

    return keras_hub.models.SwinTransformerBackbone.from_preset(source)


def writers() -> Iterator[keras.Model]:
    """Yield no network: keras-hub writes no files of weights alone that are in use."""
    yield from ()


def own_path(path: str) -> str:
    """Return our path of a weight of keras-hub's Swin transformer; other paths stay."""
    path = re.sub(r"^stage_(\d+)/(blocks_\d+|downsample)/(mlp/)?", r"stage_\1_\2/", path)
    path = path.replace("patch_embedding/conv_projection/", "patch_projection/")
    return path.replace("patch_embedding/norm/", "patch_norm/")
