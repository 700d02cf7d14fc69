"""Simulate a small scan, and draw its true orientations and a few patterns."""

from pathlib import Path

import numpy as np
from orix.quaternion import Rotation

from keras_stem import Scan, Simulation, simulate_scan
from keras_stem.figures.ipf import draw_ipf_map
from keras_stem.figures.style import StyledFigure, style
from keras_stem.io.map_grid import crystal_map
from keras_stem.simulate.microstructure import Polycrystal

path = Path("small.h5")
simulate_scan(path, Simulation(polycrystal=Polycrystal(shape=(24, 24), grains=6), seed=1))

with Scan(path) as scan, style():
    figure = StyledFigure(figsize=(12, 3.2), layout="constrained")
    panels = figure.subplots(1, 4)
    truth = scan.labels.prop
    rotations = Rotation.from_euler(truth["truth_euler"])
    true_map = crystal_map(rotations, scan.phase, scan.info.shape, scan.info.steps, scan.info.unit, {})
    draw_ipf_map(panels[0], true_map, "z", visible=truth["truth_weight"] > 0)
    panels[0].set_title("True orientations along z")
    for axes, position in zip(panels[1:], (200, 300, 310), strict=True):
        pattern = scan.read(np.array([position]))[0]
        axes.imshow(np.log1p(pattern.astype(float)), cmap="magma")
        row, column = divmod(position, scan.info.shape[1])
        axes.set_title(f"Pattern at row {row}, column {column}")
        axes.set_axis_off()
figure.savefig("small.png", dpi=120)
print("Wrote small.h5 and small.png.")
