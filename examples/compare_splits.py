"""Why a random split flatters: the same network on a random split and on whole grains it never saw."""

from pathlib import Path

from keras_stem import Recipe, Simulation, fit, simulate_scan
from keras_stem.models.cnn import CNNConfig
from keras_stem.simulate.microstructure import Polycrystal

path = Path("grains.h5")
simulate_scan(path, Simulation(polycrystal=Polycrystal(shape=(30, 30), grains=20), seed=3))

for split in ("random", "block", "grain"):
    recipe = Recipe(
        network=CNNConfig(filters=(8, 16), widths=(32,)), split=split, max_epochs=15, stop_r2=2, cache=True
    )
    scores = fit(path, recipe).scores["test"]
    print(f"{split:>6} split: R2 {scores.r2:6.3f}, median disorientation {scores.median:5.1f} deg on DS_Test")
