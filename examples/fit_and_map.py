"""Train a narrow CNN on a small simulated scan from Python, and write the maps."""

from pathlib import Path

from keras_stem import Recipe, Scan, Simulation, fit, load_model, map_scan, simulate_scan
from keras_stem.models.cnn import CNNConfig
from keras_stem.simulate.microstructure import Polycrystal

path = Path("training.h5")
simulate_scan(path, Simulation(polycrystal=Polycrystal(shape=(30, 30), grains=6), seed=2))

recipe = Recipe(network=CNNConfig(filters=(8, 16), widths=(32,)), max_epochs=20, stop_r2=0.9, cache=True)
result = fit(path, recipe)
scores = result.scores["test"]
print(f"{result.epochs} epochs: R2 {scores.r2:.3f}, median disorientation {scores.median:.1f} deg on DS_Test")

with Scan(path) as scan:
    map_scan(load_model(result.model_uri), scan, "maps")
print("Wrote", ", ".join(sorted(item.name for item in Path("maps").iterdir())))
