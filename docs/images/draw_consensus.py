"""Draws consensus.png: python draw_consensus.py ALONE.h5 CONSENSUS.h5, two labellings of a scan.

``python -m judge.labels`` in benchmarks makes such scans.
"""

import sys
from pathlib import Path

from orix.quaternion import Rotation

from keras_stem.crystal.map_phases import single_phase
from keras_stem.figures.ipf import draw_ipf_map
from keras_stem.figures.paper_page import draw_key, page
from keras_stem.figures.style import style
from keras_stem.io.map_grid import crystal_map, map_extent
from keras_stem.scan.scan import Scan


def main() -> None:
    """Draw the true map, and those of both labellings."""
    with Scan(sys.argv[1]) as one, Scan(sys.argv[2]) as other:
        alone, agreed, info = one.labels, other.labels, one.info
    truth = Rotation.from_euler(alone.prop["truth_euler"])
    true = crystal_map(truth, single_phase(alone), info.shape, info.steps, info.unit, {})
    with style():
        figure, places = page(4, map_extent(alone))
        for place, (title, shown) in zip(
            places, {"True": true, "Pattern alone": alone, "Consensus": agreed}.items(), strict=False
        ):
            axes = figure.add_subplot(place)
            draw_ipf_map(axes, shown, "z", None)
            axes.set_title(title)
        draw_key(figure, places[-1], single_phase(alone), "z")
        figure.savefig(Path(__file__).with_name("consensus.png"), dpi=110)


if __name__ == "__main__":
    main()
