"""A training epoch of the CNN fed by the pipeline against the same epoch on arrays in memory."""

import keras
import numpy as np
from common import PIXELS, compare, made_scan

from keras_stem.models.layers import LogScale, UnitScale
from keras_stem.networks.build import build_model
from keras_stem.pipeline.dataset import shuffled_patterns
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan


def main() -> None:
    with made_scan((20, 100)) as path, Scan(path) as scan:
        positions = np.arange(len(scan))
        targets = np.random.default_rng(0).uniform(size=(len(scan), 3)).astype("float32")
        input_shape = (PIXELS, PIXELS, 1)
        network = build_model("cnn", input_shape, 3)
        model = keras.Sequential(
            [keras.Input(input_shape), LogScale(dtype="float32"), UnitScale(dtype="float32"), network]
        )
        model.compile("adam", "huber")
        batches, _ = shuffled_patterns(ScanSource(scan), positions, targets, 64, 0)
        arrays = scan.read(positions)[..., None].astype("float32")
        compare(
            f"Epoch of the CNN on {keras.backend.backend()}",
            lambda: model.fit(batches, verbose=0, shuffle=False),
            lambda: model.fit(arrays, targets, batch_size=64, verbose=0),
            0.95,
            3,
        )


if __name__ == "__main__":
    main()
