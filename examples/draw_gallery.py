"""Draw every figure of docs/gallery.md from a simulated scan.

The networks are trained for a few epochs only, or for as many as the first argument says: 60 for those of
the documentation, which takes some minutes.
"""

import sys
from dataclasses import replace
from pathlib import Path

from keras_stem import Recipe, Scan, Simulation, fit, load_model, map_scan, paper_recipe, simulate_scan
from keras_stem.analysis.segmentation import Segmentation
from keras_stem.analysis.special_boundaries import SPECIAL
from keras_stem.figures.registry import figure_names
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.workflow.boundaries import analyse_boundaries, write_boundaries
from keras_stem.workflow.compare_maps import compare_maps
from keras_stem.workflow.figures import write_figures
from keras_stem.workflow.grains import analyse_grains, write_grains
from keras_stem.workflow.prepare import prepare_map
from keras_stem.workflow.report_map import report_map
from keras_stem.workflow.texture import analyse_texture

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
folder = Path("gallery")
folder.mkdir(exist_ok=True)
path = folder / "scan.h5"
simulate_scan(path, Simulation(polycrystal=Polycrystal(shape=(48, 64), grains=24), seed=4))

decaying, short = paper_recipe("cnn"), {"max_epochs": epochs, "score_every": min(5, epochs), "stop": "never"}
recipes = (decaying, replace(decaying, schedule="constant"), Recipe())
models = [fit(path, replace(recipe, **short)).model_uri for recipe in recipes]

maps = folder / "map"
with Scan(path) as scan:
    map_scan(load_model(models[-1]), scan, maps, model_name=models[-1], refine="quick")
    write_figures(scan, models, folder, figure_names())

prepared = prepare_map(maps / "map.h5")
write_grains(analyse_grains(prepared, Segmentation(min_size=5)), folder)
write_boundaries(analyse_boundaries(prepared, Segmentation(min_size=5), [SPECIAL["oxide-60"]]), folder)
analyse_texture(prepared, folder)
compare_maps(prepare_map(path), prepared, folder, ("Labels", "Prediction"))
report_map(maps / "map.h5", folder / "report.html", scan_path=path)
print("Wrote", ", ".join(sorted(item.name for item in folder.glob("*.png"))), "and report.html.")
