"""Gradients on any backend. Not a test itself."""

import keras
import numpy as np


def gradient(function, at):
    """The gradient of the sum of a function's values at an array."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            variable = tf.Variable(at)
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(function(variable))
            return tape.gradient(total, variable).numpy()
        case "torch":
            import torch

            tensor = torch.tensor(at, requires_grad=True)
            function(tensor).sum().backward()
            return tensor.grad.numpy()
        case "jax":
            import jax

            return np.asarray(jax.grad(lambda x: function(x).sum())(at))
