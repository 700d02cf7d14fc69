"""Options of the Swin transformer."""

from dataclasses import dataclass
from typing import ClassVar

from keras_stem.errors import KerasStemError
from keras_stem.networks.declaration import NetworkConfig, Pretrained, Variant, option

CUSTOM_HEAD = (384,)
"""Width of the first of the two linear layers in "custom-fc", which the paper does not give."""


@dataclass(frozen=True)
class SwinConfig(NetworkConfig):
    """Options of the Swin transformer (defaults: Swin-T with one linear layer as its head).

    Parameters
    ----------
    patch
        Side of the patches that become tokens (pixels).
    embed_dim
        Number of channels of the first stage, which doubles at each further stage.
    depths, heads
        Number of blocks, and number of attention heads, of each stage.
    window
        Side of the attention windows (tokens), which is reduced in stages with smaller feature maps.
    mlp_ratio
        Width of the hidden layers of the perceptrons relative to their channels.
    resize
        Side (pixels) to which patterns are resized inside the network; None disables resizing.
    head_widths
        Number of units of the linear layers (with GELU) before the last.
    """

    arch = "swin"
    title = "Swin"
    summary = "Swin-T with one linear layer"
    builder = "keras_stem.networks.swin.builder:build_swin"
    variants: ClassVar = {
        "modified-fc": Variant(),
        "custom-fc": Variant({"head_widths": CUSTOM_HEAD}),
        "adjust-model": Variant(weights="imagenet"),
        "adjust-images": Variant({"resize": 224}, weights="imagenet"),
    }
    recipe: ClassVar = {
        "rotate": False,
        "mirror": False,
        "batch_size": 32,
        "learning_rate": 1e-4,
        "max_epochs": 40,
    }
    pretrained = Pretrained(
        "keras_stem.networks.swin.pretrained",
        "a folder of microsoft/swin-tiny-patch4-window7-224 from Hugging Face (downloaded elsewhere)",
        folders=True,
    )

    patch: int = option(4, "Side of the patches (pixels).", 1)
    embed_dim: int = option(96, "Number of channels of the first stage.", 1)
    depths: tuple[int, ...] = option((2, 2, 6, 2), "Number of blocks of each stage.", 1)
    heads: tuple[int, ...] = option((3, 6, 12, 24), "Number of attention heads of each stage.", 1)
    window: int = option(7, "Side of the attention windows (tokens).", 1)
    mlp_ratio: float = option(4.0, "Hidden units of the MLP blocks, as a multiple of their channels.", 0)
    resize: int | None = option(None, "Side to which the network resizes patterns (pixels).", 1)
    head_widths: tuple[int, ...] = option((), "Number of units of each linear layer before the last.", 1)

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
