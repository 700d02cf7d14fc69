"""Narrow networks whose weights are exchanged, for tests. Not a test itself."""

from keras_stem.networks.densenet.options import DenseNetConfig
from keras_stem.networks.swin.options import SwinConfig

SWIN = SwinConfig(embed_dim=12, depths=(1, 2), heads=(1, 2))
DENSENET = DenseNetConfig((1, 1, 1, 1))
