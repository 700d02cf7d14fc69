"""Layers of the Swin transformer, named as in keras-hub, so that its weights can be loaded."""

from typing import Any

import keras
from keras import layers, ops

from keras_stem.networks.swin.windows import Windows

EPSILON = 1e-5
"""Epsilon of the layer normalisations, as in the reference implementations."""

_INITIALIZER = {"class_name": "TruncatedNormal", "config": {"stddev": 0.02}}


def _dense(units: int, name: str, dtype, **kwargs) -> layers.Dense:
    return layers.Dense(units, kernel_initializer=_INITIALIZER, name=name, dtype=dtype, **kwargs)


def _norm(name: str, dtype) -> layers.LayerNormalization:
    return layers.LayerNormalization(epsilon=EPSILON, name=name, dtype=dtype)


@keras.saving.register_keras_serializable(package="keras_stem")
class WindowAttention(layers.Layer):
    """Multi-head self-attention inside windows, from (B, rows, columns, C) to the same shape.

    Padded tokens are zero, so that their queries, keys and values equal the bias. The projections are
    therefore computed before the padding and after its removal, which saves two thirds of them when a feature
    map of 8 x 8 is padded to windows of 7 x 7.

    Parameters
    ----------
    heads
        Number of attention heads, a divisor of C.
    window
        Side of the windows (tokens), which is reduced for smaller feature maps.
    shifted
        Whether the windows are shifted by half their side.
    """

    def __init__(self, heads: int, window: int, shifted: bool, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.window = window
        self.shifted = shifted

    def build(self, input_shape) -> None:  # noqa: D102
        _, rows, columns, channels = input_shape
        self._windows = Windows.fit((rows, columns), self.window, self.shifted)
        self._relative_index = self._windows.relative_index()
        self._mask = self._windows.mask()
        self.qkv = _dense(3 * channels, "attention_qkv", self.dtype_policy)
        self.qkv.build(input_shape)
        self.proj = _dense(channels, "attention_projection", self.dtype_policy)
        self.proj.build(input_shape)
        self.relative_position_bias_table = self.add_weight(
            name="relative_position_bias_table",
            shape=(self._windows.relative_positions, self.heads),
            initializer=_INITIALIZER,
        )

    def call(self, tokens, training=False) -> keras.KerasTensor:  # noqa: D102
        windows, channels = self._windows, tokens.shape[-1]
        # Windows and heads share an axis, so that the masks of the windows are broadcast over the batch.
        shape = (-1, windows.tokens, windows.number * self.heads, channels // self.heads)
        projected = ops.split(ops.matmul(tokens, self.qkv.kernel), 3, axis=-1)
        biases = ops.split(self.qkv.bias, 3)
        query, key, value = (
            ops.reshape(windows.divide(part) + bias, shape)
            for part, bias in zip(projected, biases, strict=True)
        )
        in_steps = training or self.compute_dtype == "float16"  # JAX has no fused float16 attention on CPUs
        attend = _attend_in_steps if in_steps else ops.dot_product_attention
        mixed = attend(query, key, value, bias=self._bias())
        mixed = windows.unite(ops.reshape(mixed, (-1, windows.tokens, windows.number, channels)))
        # Contiguous and three-dimensional: otherwise torch copies the kernel for each pattern.
        mixed = ops.reshape(mixed, (-1, windows.shape[0] * windows.shape[1], channels))
        return ops.reshape(self.proj(mixed), (-1, *windows.shape, channels))

    def _bias(self):
        """Return the additive attention bias, (1, n * heads, T, T)."""
        tokens, number = self._windows.tokens, self._windows.number
        bias = ops.take(self.relative_position_bias_table, self._relative_index, axis=0)
        bias = ops.transpose(ops.reshape(bias, (1, tokens, tokens, self.heads)), (0, 3, 1, 2))
        bias = bias + ops.cast(self._mask[:, None], bias.dtype)
        return ops.reshape(bias, (1, number * self.heads, tokens, tokens))

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        config = {"heads": self.heads, "window": self.window, "shifted": self.shifted}
        return {**super().get_config(), **config}


def _attend_in_steps(query, key, value, bias):
    """Return unfused dot-product attention, whose gradient is faster if the bias is trainable."""
    query, key, value = (ops.transpose(part, (0, 2, 1, 3)) for part in (query, key, value))
    query = query * query.shape[-1] ** -0.5
    attention = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) + bias)
    return ops.transpose(ops.matmul(attention, value), (0, 2, 1, 3))


@keras.saving.register_keras_serializable(package="keras_stem")
class SwinBlock(layers.Layer):
    """Swin block: window attention and a two-layer perceptron, both with a residual connection.

    Parameters
    ----------
    heads, window, shifted
        Parameters of the `WindowAttention`.
    mlp_ratio
        Width of the hidden layer of the perceptron relative to its input.
    """

    def __init__(self, heads: int, window: int, shifted: bool, mlp_ratio: float, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.window = window
        self.shifted = shifted
        self.mlp_ratio = mlp_ratio

    def build(self, input_shape) -> None:  # noqa: D102
        policy, channels = self.dtype_policy, input_shape[-1]
        hidden = int(channels * self.mlp_ratio)
        self.norm1 = _norm("norm1", policy)
        self.attn = WindowAttention(self.heads, self.window, self.shifted, name="attn", dtype=policy)
        self.norm2 = _norm("norm2", policy)
        self.fc1 = _dense(hidden, "fc1", policy)
        self.fc2 = _dense(channels, "fc2", policy)
        for layer in (self.norm1, self.attn, self.norm2, self.fc1):
            layer.build(input_shape)
        self.fc2.build((*input_shape[:-1], hidden))

    def call(self, tokens, training=False) -> keras.KerasTensor:  # noqa: D102
        tokens = tokens + self.attn(self.norm1(tokens), training=training)
        hidden = ops.gelu(self.fc1(self.norm2(tokens)), approximate=False)
        return tokens + self.fc2(hidden)

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        names = ("heads", "window", "shifted", "mlp_ratio")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable(package="keras_stem")
class PatchMerging(layers.Layer):
    """Patch merging: 2 x 2 tokens become one with twice the channels, (B, 2 H, 2 W, C) to (B, H, W, 2 C)."""

    def build(self, input_shape) -> None:  # noqa: D102
        _, rows, columns, channels = input_shape
        self._odd = (rows % 2, columns % 2)
        self.norm = _norm("norm", self.dtype_policy)
        self.norm.build((None, None, None, 4 * channels))
        self.reduction = _dense(2 * channels, "reduction", self.dtype_policy, use_bias=False)
        self.reduction.build((None, None, None, 4 * channels))

    def call(self, tokens) -> keras.KerasTensor:  # noqa: D102
        if any(self._odd):
            tokens = ops.pad(tokens, [(0, 0), (0, self._odd[0]), (0, self._odd[1]), (0, 0)])
        _, rows, columns, channels = tokens.shape
        tokens = ops.reshape(tokens, (-1, rows // 2, 2, columns // 2, 2, channels))
        # Order of the reference implementation: down the first column, then the second.
        tokens = ops.transpose(tokens, (0, 1, 3, 4, 2, 5))
        tokens = ops.reshape(tokens, (-1, rows // 2, columns // 2, 4 * channels))
        return self.reduction(self.norm(tokens))

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:  # noqa: D102
        batch, rows, columns, channels = input_shape
        return batch, -(-rows // 2), -(-columns // 2), 2 * channels
