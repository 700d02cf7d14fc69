"""Batch normalisation with the fused kernel of the backend.

Keras composes batch normalisation of several passes over the data. This is the only module of the models
that depends on the backend.
"""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="keras_stem")
class FusedBatchNormalization(layers.BatchNormalization):
    """Batch normalisation of (B, H, W, C) in a single pass, with the same results as that of Keras.

    On JAX, whose compiler fuses the operations, the implementation of Keras is used.
    """

    def call(self, inputs, training=None, mask=None) -> keras.KerasTensor:  # noqa: D102
        backend = keras.backend.backend()
        if backend == "jax":
            return super().call(inputs, training=training, mask=mask)
        learn = bool(training) and self.trainable
        normalise = _torch if backend == "torch" else _tensorflow
        moving = (self.moving_mean, self.moving_variance)
        outputs, mean, variance = normalise(inputs, self.gamma, self.beta, *moving, self.epsilon, learn)
        if learn:
            for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return ops.cast(outputs, self.compute_dtype)


def _torch(inputs, gamma, beta, mean, variance, epsilon, learn):
    import torch

    statistics = (None, None) if learn else (mean.value, variance.value)
    # View of (B, H, W, C) as (B, C, H, W) in torch's channels-last layout, without a copy.
    outputs, batch_mean, inverse = torch.native_batch_norm(
        inputs.permute(0, 3, 1, 2), gamma.value, beta.value, *statistics, learn, 0.0, epsilon
    )
    batch_variance = inverse.detach() ** -2 - epsilon if learn else None
    return outputs.permute(0, 2, 3, 1), batch_mean.detach(), batch_variance


def _tensorflow(inputs, gamma, beta, mean, variance, epsilon, learn):
    import tensorflow as tf

    statistics = ((), ()) if learn else (mean.value, variance.value)
    outputs, batch_mean, batch_variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs,
        scale=gamma.value,
        offset=beta.value,
        mean=tf.convert_to_tensor(statistics[0], "float32"),
        variance=tf.convert_to_tensor(statistics[1], "float32"),
        epsilon=epsilon,
        is_training=learn,
    )
    # The kernel applies Bessel's correction to the variance, Keras does not.
    count = tf.cast(tf.size(inputs) / tf.shape(inputs)[-1], "float32")
    return outputs, batch_mean, batch_variance * (count - 1) / count
