"""Template matching against a plain pyxem call with templates 1° apart, and the CNN's map against both."""

import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from common import compare
from diffsims.generators.simulation_generator import SimulationGenerator

from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.bank import polar_grid, zone_axes
from keras_stem.indexing.matching import Matcher
from keras_stem.indexing.ranking import rank
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan

SHAPE = (24, 24)
PEER_RESOLUTION = 1.0
GOAL_MATCHING, GOAL_NETWORK = 1.0, 10.0
RUNS = 3


def plain_pyxem(patterns: np.ndarray, scan: Scan, settings: Matching):
    """Return a function that matches with pyxem as its documentation does, refining nothing."""
    import hyperspy.api as hs
    from pyxem.signals import ElectronDiffraction2D

    hs.preferences.General.show_progressbar = False
    beam, detector = settings.beam, scan.info.detector
    generator = SimulationGenerator(beam.energy, precession_angle=beam.precession_angle)
    simulation = generator.calculate_diffraction2d(
        scan.phase,
        zone_axes(proper_point_group(scan.phase), PEER_RESOLUTION),
        reciprocal_radius=1.25 * detector.inner_radius,
        with_direct_beam=False,
        max_excitation_error=0.02,
    )
    grid = polar_grid(detector, replace(settings, resolution=PEER_RESOLUTION))

    def match():
        signal = ElectronDiffraction2D(patterns.reshape(*SHAPE, *detector.shape))
        signal.calibration.scale = detector.pixel_size
        signal.calibration.center = None
        polar = signal.get_azimuthal_integral2d(
            npt=len(grid.radii), npt_azim=grid.azimuths, radial_range=(0, grid.radius), mean=True
        )
        return (polar**0.5).get_orientation(simulation, n_best=2, frac_keep=0.1)

    return match


def ours(scan: Scan, settings: Matching):
    """Return a function that reads, matches, refines and ranks all positions."""
    detector = scan.info.detector
    finder, matcher = SpotFinder(detector, settings), Matcher(scan.phase, detector, settings)

    def match():
        images = finder(scan.read(np.arange(len(scan))))
        return rank([matcher.match(images)], [scan.phase], settings.runner_up, settings.best)

    return match


def network(scan: Scan, precision: str):
    """Return a function that maps all positions with an untrained CNN."""
    from keras_stem.inference.scan_map import predict_map
    from keras_stem.training.assemble import assemble, head_of
    from keras_stem.training.data import prepare_scan
    from keras_stem.training.options import paper_recipe

    recipe = replace(paper_recipe(), precision=precision)
    data = prepare_scan(scan, recipe.data, recipe.seed)
    model = assemble(data, recipe, head_of(recipe, data.symmetry))
    return lambda: predict_map(model, scan)


def rate(function, patterns: int) -> float:
    """Return patterns a second of the second call."""
    function()
    start = time.perf_counter()
    function()
    return patterns / (time.perf_counter() - start)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.h5"), Path(folder, "large.h5")
        simulate_scan(small, Simulation(polycrystal=Polycrystal(SHAPE, 12), camera=Camera(pixels=128)))
        simulate_scan(large, Simulation(polycrystal=Polycrystal((80, 80), 12), camera=Camera(pixels=128)))
        with Scan(small) as scan, Scan(large) as many:
            settings = Matching().complete(scan.info)
            match = ours(scan, settings)
            peer = plain_pyxem(scan.read(np.arange(len(scan))), scan, settings)
            compare("Matching with refinement", match, peer, GOAL_MATCHING, RUNS)
            slow = {"ours": rate(match, len(scan)), "pyxem": rate(peer, len(scan))}
            fast = {name: rate(network(many, name), len(many)) for name in ("float32", "bfloat16")}
        for (precision, map_rate), (name, match_rate) in itertools.product(fast.items(), slow.items()):
            goal = f"goal {GOAL_NETWORK}; " if name == "pyxem" else ""
            print(
                f"The CNN's map in {precision}: {map_rate / match_rate:.1f} times matching by {name} "
                f"({goal}{map_rate:.0f} against {match_rate:.0f} patterns/s)"
            )


if __name__ == "__main__":
    main()
