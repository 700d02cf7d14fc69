"""Transfer learning: a network that has learned one simulated scan learns a second one faster."""

from dataclasses import replace
from pathlib import Path

from keras_stem import ScanData, Simulation, fit, paper_recipe, simulate_scan
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.simulate.microstructure import Polycrystal

scans = [Path("first.h5"), Path("second.h5")]
for seed, path in enumerate(scans):
    simulate_scan(path, Simulation(Polycrystal(shape=(40, 40), grains=12), seed=seed))

narrow = CNNConfig(filters=(8, 16), widths=(32,))
cached = ScanData(cache=True, augmentation=None)
recipe = replace(paper_recipe(), data=cached, network=narrow, max_epochs=15, stop="never")
first = fit(scans[0], recipe)

few = replace(recipe, max_epochs=5, score_every=5)
for start in (None, first.model_uri):
    result = fit(scans[1], replace(few, weights=start))
    print(f"5 epochs from {start or 'random weights'}: median {result.scores['test'].median:.1f} deg")
