"""Draws the lab axes of all conventions, as `keras_stem.crystal.frames` has them, to frames.png."""

from pathlib import Path

import numpy as np
from diffpy.structure import Lattice
from orix.quaternion import Rotation
from orix.vector import Vector3d

from keras_stem.crystal.frames import to_lab
from keras_stem.figures.style import StyledFigure, save, style

CUBIC = Lattice(4, 4, 4, 90, 90, 90)
TITLES = {
    "orix": "orix",
    "edax1": "edax1, astar",
    "edax2": "edax2",
    "edax3": "edax3",
    "edax4": "edax4",
    "oxford": "oxford",
}


def main() -> None:
    """Draw a panel for each convention: the map, its first rows dotted, and the axes of the angles."""
    with style():
        figure = StyledFigure(figsize=(9.6, 2.2), layout="constrained")
        for axes, name in zip(figure.subplots(1, len(TITLES)), TITLES, strict=True):
            axes.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal", title=TITLES[name])
            axes.set_axis_off()
            axes.fill([-1.4, 1.4, 1.4, -1.4], [-1.4, -1.4, 1.4, 1.4], color="0.93")
            for row in np.linspace(1.2, 0.5, 3):
                axes.plot([-1.3, -0.75], [row, row], ":", color="0.6", linewidth=1.2)
            to_ours = ~to_lab(Rotation.identity(), name, CUBIC)
            for axis, color, label in (((1, 0, 0), "#D55E00", "x"), ((0, 1, 0), "#0072B2", "y")):
                x, y, _ = (to_ours * Vector3d(axis)).data[0]
                axes.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2})
                axes.text(1.2 * x, 1.2 * y, label, color=color, ha="center", va="center", fontsize=11)
            axes.plot(0, 0, "o", color="white", markeredgecolor="black", markersize=9)
            axes.plot(0, 0, ".", color="black", markersize=4)
        save(figure, Path(__file__).with_name("frames.png"))


main()
