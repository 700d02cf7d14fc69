"""Template matching by pyxem."""

from typing import ClassVar

import numpy as np

from judge import crystals
from judge.method import Answers, Method, Stopwatch, unknown
from judge.test_set import Patterns, TestSet

RADIUS_STEP, AZIMUTHS = 0.02, 360
"""Radial step (1/Å) and number of azimuths of polar patterns."""

EXCITATION = 0.02
"""Largest excitation error of the templates (1/Å), as for keras_stem."""


class Pyxem(Method):
    """Template matching of pyxem as in its tutorial."""

    name: ClassVar[str] = "pyxem"
    settings: ClassVar[str] = (
        "version 0.21; difference of Gaussians, polar patterns to the power 0.5, templates of diffsims 1° "
        "apart in the reduced fundamental zone, with excitation errors up to 0.02 1/Å, all compared in full; "
        "orientations from its template numbers, angles and mirrors"
    )
    largest: ClassVar[int] = 400

    def answer(self, test_set: TestSet, patterns: Patterns) -> Answers:
        simulation = _simulation(test_set)
        _best(test_set, patterns.counts[:2], simulation)  # imports and compiles
        with Stopwatch() as watch:
            found = _best(test_set, patterns.counts, simulation)
        matrices = _matrices(simulation.rotations.to_matrix(), found)
        return Answers(matrices, found[:, 1], unknown(len(matrices)), watch.seconds, np.nan)


def _best(test_set: TestSet, counts: np.ndarray, simulation) -> np.ndarray:
    """Return template, correlation, in-plane angle (degrees) and mirror of the best, shape (n, 4)."""
    found = _polar(test_set, counts).get_orientation(simulation, n_best=1, frac_keep=1.0)
    return np.asarray(found.data, float).reshape(-1, 4)


def _matrices(templates: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return the orientations of solutions: template, correlation, in-plane angle (degrees) and mirror.

    The map of pyxem 0.21 has wrong orientations of mirrored solutions on simulated patterns, and turns all by
    180 degrees about the beam against orix; these are right there.
    """
    number, mirrored = found[:, 0].astype(int), found[:, 3] < 0
    angle = np.deg2rad(np.where(mirrored, -found[:, 2], 180 - found[:, 2]))
    cos, sin, zero = np.cos(angle), np.sin(angle), np.zeros(len(angle))
    turned = np.stack([cos, -sin, zero, sin, cos, zero, zero, zero, zero + 1], axis=1).reshape(-1, 3, 3)
    opposite = np.where(mirrored[:, None, None], np.diag([1.0, -1, -1]), np.eye(3))
    return templates[number] @ opposite @ turned


def _simulation(test_set: TestSet):
    from diffsims.generators.simulation_generator import SimulationGenerator
    from orix.sampling import get_sample_reduced_fundamental

    phase, instrument = crystals.phase(test_set.crystal), test_set.instrument
    generator = SimulationGenerator(instrument.beam.energy, precession_angle=instrument.beam.precession_angle)
    return generator.calculate_diffraction2d(
        phase,
        get_sample_reduced_fundamental(1.0, point_group=phase.point_group),
        reciprocal_radius=instrument.detector.inner_radius,
        with_direct_beam=False,
        max_excitation_error=EXCITATION,
    )


def _polar(test_set: TestSet, counts: np.ndarray):
    """Return the polar patterns of pyxem, without background, to the power 0.5."""
    from pyxem.signals import ElectronDiffraction2D

    detector = test_set.instrument.detector
    signal = ElectronDiffraction2D(counts[None].astype(np.float32))
    disk = test_set.instrument.disk_radius
    signal = signal.subtract_diffraction_background(
        "difference of gaussians", min_sigma=disk, max_sigma=4 * disk, inplace=False
    )
    signal.calibration.scale = detector.pixel_size
    signal.calibration.center = None
    polar = signal.get_azimuthal_integral2d(
        npt=int(detector.inner_radius / RADIUS_STEP),
        npt_azim=AZIMUTHS,
        radial_range=(0.0, detector.inner_radius),
        mean=True,
    )
    polar.data = np.maximum(polar.data, 0) ** 0.5
    return polar


METHODS = (Pyxem(),)
