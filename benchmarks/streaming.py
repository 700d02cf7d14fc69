"""The pipeline over a scan against reading the same file in order with h5py."""

import h5py
import numpy as np
from common import compare, made_scan

from keras_stem.inference.blocks import map_blocks
from keras_stem.pipeline.dataset import shuffled_patterns
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan


def main() -> None:
    with made_scan((100, 200)) as path, Scan(path) as scan:
        positions = np.arange(len(scan))
        source = ScanSource(scan)

        def in_order():
            map_blocks(lambda _, patterns: patterns.astype(np.float32).sum(), source, positions)

        def shuffled():
            for _ in shuffled_patterns(source, positions, np.zeros((len(scan), 3)), 64, 0)[0]:
                pass

        def with_h5py():
            with h5py.File(path) as file:
                data = file["Experiments/benchmark/data"]
                for row in range(data.shape[0]):
                    data[row].astype(np.float32).sum()

        compare("Reading in blocks, the next in the background", in_order, with_h5py, 0.8, 5)
        compare("Streaming shuffled, floats in batches", shuffled, with_h5py, 0.8, 5)


if __name__ == "__main__":
    main()
