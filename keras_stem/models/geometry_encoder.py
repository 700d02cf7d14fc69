"""Encoder for networks that take the detector geometry as a second input."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_stem")
class GeometryEncoder(keras.Model):
    """Encoder that maps counts (B, H, W, 1), optionally with the detector geometry, to the network output.

    Parameters
    ----------
    before
        Preprocessing layers between the counts and the network.
    network
        Network with the inputs patterns (B, H, W, 1) and geometry (B, k).
    after
        Layers between the network and the decoder.
    geometry
        Geometry of the training patterns, k numbers as in
        `keras_stem.scan.instrument.Instrument.geometry`; the default if only counts are given.
    """

    def __init__(
        self,
        before: list[keras.layers.Layer],
        network: keras.Model,
        after: list[keras.layers.Layer],
        geometry: list[float],
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.before, self.inner, self.after = list(before), network, list(after)
        self.geometry = [float(number) for number in geometry]

    def call(self, inputs, training=None) -> keras.KerasTensor:  # noqa: D102
        counts, geometry = inputs if isinstance(inputs, list | tuple) else (inputs, None)
        if geometry is None:
            geometry = ops.ones_like(counts[:, 0, 0, :1]) * ops.array([self.geometry], "float32")
        for layer in self.before:
            counts = layer(counts)
        outputs = self.inner([counts, geometry], training=training)
        for layer in self.after:
            outputs = layer(outputs)
        return outputs

    def build(self, input_shape) -> None:  # noqa: D102
        self.built = True  # the network is already built, and the other layers have no weights

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:  # noqa: D102
        shape = input_shape[0] if isinstance(input_shape[0], list | tuple) else input_shape
        return (shape[0], *self.inner.output_shape[1:])

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        plain = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "before": [plain(layer) for layer in self.before],
            "network": plain(self.inner),
            "after": [plain(layer) for layer in self.after],
            "geometry": self.geometry,
        }

    @classmethod
    def from_config(cls, config) -> "GeometryEncoder":  # noqa: D102
        made = keras.saving.deserialize_keras_object
        lists = {name: [made(layer) for layer in config[name]] for name in ("before", "after")}
        return cls(**{**config, **lists, "network": made(config["network"])})
