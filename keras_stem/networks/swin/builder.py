"""Builder of the Swin transformer."""

import keras
from keras import layers

from keras_stem.errors import KerasStemError
from keras_stem.networks.swin.layers import EPSILON, PatchMerging, SwinBlock
from keras_stem.networks.swin.options import SwinConfig


def build_swin(input_shape: tuple[int, int, int], outputs: int, config: SwinConfig) -> keras.Model:
    """Build a Swin transformer.

    Parameters
    ----------
    input_shape
        Shape of the patterns, (H, W, C), with values from 0 to 1; H and W have to be multiples of the patch
        size unless the network resizes.
    outputs
        Number of outputs.
    config
        Options of the network.

    Returns
    -------
    keras.Model
        Network from (B, H, W, C) to (B, outputs).

    Raises
    ------
    KerasStemError
        If the size of the patterns is not a multiple of the patch size.

    References
    ----------
    Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", ICCV 2021.
    """
    patterns = keras.Input(input_shape)
    x = patterns
    if config.resize:
        x = layers.Resizing(config.resize, config.resize, dtype="float32", name="resize")(x)
    if any(side % config.patch for side in x.shape[1:3]):
        raise KerasStemError(
            f"Expected patterns of a multiple of {config.patch} pixels for Swin, "
            f"found {x.shape[1]} x {x.shape[2]}; bin them, or take the variant adjust-images."
        )
    x = _stages(_embed(x, config), config)
    x = layers.LayerNormalization(epsilon=EPSILON, name="norm")(x)
    x = layers.GlobalAveragePooling2D(dtype="float32", name="pool")(x)
    for number, width in enumerate(config.head_widths):
        x = layers.Dense(width, activation="gelu", dtype="float32", name=f"head_{number}")(x)
    return keras.Model(patterns, layers.Dense(outputs, dtype="float32", name="head")(x), name="swin")


def _embed(x, config: SwinConfig):
    """Return the tokens of patterns (patch embedding)."""
    project = layers.Conv2D(config.embed_dim, config.patch, config.patch, name="patch_projection")
    return layers.LayerNormalization(epsilon=EPSILON, name="patch_norm")(project(x))


def _stages(x, config: SwinConfig):
    for stage, (depth, heads) in enumerate(zip(config.depths, config.heads, strict=True)):
        if stage:
            x = PatchMerging(name=f"stage_{stage - 1}_downsample")(x)
        for block in range(depth):
            x = SwinBlock(
                heads, config.window, bool(block % 2), config.mlp_ratio, name=f"stage_{stage}_blocks_{block}"
            )(x)
    return x
