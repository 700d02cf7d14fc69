"""Swin-T in the variants of the paper."""

from dataclasses import dataclass
from typing import ClassVar

import keras
from keras import layers

from keras_stem.errors import KerasStemError
from keras_stem.models.swin_layers import EPSILON, PatchMerging, SwinBlock


@dataclass(frozen=True)
class SwinConfig:
    """Options of the Swin transformer (defaults: Swin-T with one linear layer as its head).

    Parameters
    ----------
    patch
        Side of the patches that become tokens, in pixels.
    embed_dim
        Channels of the first stage; each further stage has twice as many.
    depths, heads
        Blocks, and heads of the attention, of each stage.
    window
        Side of the windows in tokens; smaller in stages whose map is.
    mlp_ratio
        Hidden width of the blocks' perceptrons relative to their channels.
    resize
        Side to which patterns are resized inside the network; None leaves them as they are.
    head_widths
        Units of linear layers (with GELU) before the last.
    """

    arch: ClassVar[str] = "swin"

    patch: int = 4
    embed_dim: int = 96
    depths: tuple[int, ...] = (2, 2, 6, 2)
    heads: tuple[int, ...] = (3, 6, 12, 24)
    window: int = 7
    mlp_ratio: float = 4.0
    resize: int | None = None
    head_widths: tuple[int, ...] = ()

    def __post_init__(self):
        if len(self.depths) != len(self.heads) or not self.depths:
            raise KerasStemError(
                f"Expected as many depths as heads, found {len(self.depths)} and {len(self.heads)}."
            )
        sizes = (self.patch, self.embed_dim, *self.depths, *self.heads, self.window, *self.head_widths)
        if min(sizes) < 1 or self.mlp_ratio <= 0 or (self.resize or 1) < 1:
            raise KerasStemError(f"Expected positive sizes, found {self}.")
        for stage, heads in enumerate(self.heads):
            if self.embed_dim * 2**stage % heads:
                raise KerasStemError(
                    f"Expected the channels of stage {stage} ({self.embed_dim * 2**stage}) to be a multiple "
                    f"of its heads, found {heads} heads."
                )


def build_swin(input_shape: tuple[int, int, int], outputs: int, config: SwinConfig) -> keras.Model:
    """Build a Swin transformer.

    Parameters
    ----------
    input_shape
        (H, W, C), multiples of the patch unless the network resizes; values from 0 to 1.
    outputs
        Numbers to predict.
    config
        Options.

    Returns
    -------
    keras.Model
        (B, H, W, C) to (B, outputs).

    Raises
    ------
    KerasStemError
        If the patches do not fill the patterns.

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
    """Patterns to tokens."""
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
