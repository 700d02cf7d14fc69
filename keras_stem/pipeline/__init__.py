"""Input pipelines that stream patterns from HDF5 through tf.data, for every Keras backend."""
