"""`map` end to end (reading, prediction, pictures, files) against `model.predict` on arrays in memory."""

import tempfile

import keras
import numpy as np
from common import compare, made_scan

from keras_stem.inference.blocks import BATCH
from keras_stem.scan.scan import Scan
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan
from keras_stem.training.options import paper_recipe
from keras_stem.workflow.mapping import map_scan


def main() -> None:
    with made_scan((200, 200)) as path, Scan(path) as scan, tempfile.TemporaryDirectory() as folder:
        recipe = paper_recipe()
        data = prepare_scan(scan, recipe.data, recipe.seed)
        model = assemble(data, recipe, head_of(recipe, data.symmetry))
        arrays = np.empty((len(scan), *scan.info.detector.shape, 1), "float32")
        for first in range(0, len(scan), 1000):
            arrays[first : first + 1000, ..., 0] = scan.read(np.arange(first, first + 1000))
        compare(
            f"Mapping 200 x 200 patterns on {keras.backend.backend()}",
            lambda: map_scan(model, scan, folder),
            lambda: model.predict(arrays, batch_size=BATCH, verbose=0),
            0.9,
            3,
        )


if __name__ == "__main__":
    main()
