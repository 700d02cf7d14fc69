"""HDF5 to tf.data: patterns streamed on every backend."""
