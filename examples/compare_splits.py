"""Why a random split flatters: the paper's CNN on a random split and on whole grains it never saw."""

from dataclasses import replace
from pathlib import Path

from keras_stem import ScanData, Simulation, fit, paper_recipe, simulate_scan
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.simulate.microstructure import Polycrystal

path = Path("grains.h5")
simulate_scan(path, Simulation(polycrystal=Polycrystal(shape=(30, 30), grains=20), seed=3))

network = CNNConfig(filters=(8, 16), widths=(32,))
narrow = replace(paper_recipe(), network=network, max_epochs=15, stop="never")
for split in ("random", "block", "grain"):
    data = ScanData(split=split, cache=True, augmentation=None)
    scores = fit(path, replace(narrow, data=data)).scores["test"]
    print(f"{split:>6} split: R2 {scores.r2:6.3f}, median disorientation {scores.median:5.1f} deg on DS_Test")
