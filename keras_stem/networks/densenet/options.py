"""Options of DenseNet-121."""

from dataclasses import dataclass
from typing import ClassVar

from keras_stem.errors import KerasStemError
from keras_stem.networks.declaration import NetworkConfig, Pretrained, Variant, option


@dataclass(frozen=True)
class DenseNetConfig(NetworkConfig):
    """Options of the DenseNet (default: DenseNet-121).

    Parameters
    ----------
    blocks
        Number of convolution blocks in each of the four dense blocks.
    """

    arch = "densenet"
    title = "DenseNet"
    summary = "DenseNet-121 with one linear layer"
    builder = "keras_stem.networks.densenet.builder:build_densenet"
    any_size = True
    variants: ClassVar = {"plain": Variant(), "pre-trained": Variant(weights="imagenet")}
    recipe: ClassVar = {"rotate": False, "mirror": False, "max_epochs": 40}
    pretrained = Pretrained(
        "keras_stem.networks.densenet.pretrained",
        "the path of densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5 (downloaded elsewhere)",
    )

    blocks: tuple[int, ...] = option((6, 12, 24, 16), "Number of convolution blocks in each dense block.", 1)

    def __post_init__(self):
        if len(self.blocks) != 4 or min(self.blocks) < 1:
            raise KerasStemError(f"Expected four positive numbers of blocks, found {self.blocks}.")
