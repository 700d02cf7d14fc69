"""Train a narrow polar network on a small simulated scan from Python, and write refined maps."""

from pathlib import Path

import numpy as np

from keras_stem import Recipe, Scan, ScanData, Simulation, fit, load_model, map_scan, simulate_scan
from keras_stem.networks.polar.options import PolarConfig
from keras_stem.simulate.microstructure import Polycrystal

path = Path("training.h5")
simulate_scan(path, Simulation(polycrystal=Polycrystal(shape=(40, 40), grains=12), seed=2))

network = PolarConfig(channels=32, dilations=(1, 3, 9))
recipe = Recipe(data=ScanData(cache=True), network=network, batch_size=16, max_epochs=30, score_every=10)
result = fit(path, recipe)
print(f"{result.epochs} epochs: median disorientation {result.scores['test'].median:.1f} deg on DS_Test")

model = load_model(result.model_uri)
with Scan(path) as scan:
    for folder, refine in (("maps", None), ("refined", "quick")):
        prediction = map_scan(model, scan, folder, refine=refine)
        uncertainty, off = prediction.property("uncertainty"), prediction.disorientation
        sure = uncertainty < np.median(uncertainty)
        print(
            f"{folder}: median disorientation {np.median(off):.1f} deg, "
            f"and {np.median(off[sure]):.2f} deg at the surer half of the points"
        )
print("Wrote", ", ".join(sorted(item.name for item in Path("refined").iterdir())))
