"""Names of weights of other programs."""

import pytest

from keras_stem.networks.swin.pretrained import own_path


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("stage_0/blocks_1/mlp/fc1/kernel", "stage_0_blocks_1/fc1/kernel"),
        ("stage_2/blocks_0/attention/qkv/bias", "stage_2_blocks_0/attention/qkv/bias"),
        ("stage_1/downsample/reduction/kernel", "stage_1_downsample/reduction/kernel"),
        ("patch_embedding/conv_projection/kernel", "patch_projection/kernel"),
        ("patch_embedding/norm/gamma", "patch_norm/gamma"),
        ("norm/gamma", "norm/gamma"),
    ],
)
def test_weights_of_keras_hub_get_our_paths(theirs, ours):
    assert own_path(theirs) == ours
