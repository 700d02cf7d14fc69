"""Matching of patterns with a template bank, with pyxem."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.rotations import rotations_about
from keras_stem.environment import writable_home
from keras_stem.errors import KerasStemError
from keras_stem.indexing.bank import Bank
from keras_stem.indexing.polar import PolarGrid
from keras_stem.quiet import without_progress_bars

HALF_TURN_ABOUT_Y = Rotation([0, 0, 1, 0])
"""Rotation of a crystal by 180 degrees about y, which mirrors its pattern, y to -y.

This holds for every Laue group: the rotation maps a reciprocal lattice vector (x, y, z) to (-x, y, -z), and
by Friedel's law this spot is as bright as that at (x, -y, z), the mirror image at the same height above the
Ewald sphere.
"""


@dataclass(frozen=True)
class Candidates:
    """Best matching templates of each pattern, the best first.

    Parameters
    ----------
    template
        Shape (n, k), template indices in the bank.
    correlation
        Shape (n, k), from 0 to 1.
    rotations
        Shape (n, k), lab to crystal.
    """

    template: np.ndarray
    correlation: np.ndarray
    rotations: Rotation


class Matcher:
    """Template matcher for a bank.

    Parameters
    ----------
    bank
        Template bank.
    grid
        Polar grid of the patterns.
    keep
        Fraction of the templates that are compared in full.

    Raises
    ------
    KerasStemError
        If pyxem is not installed.
    """

    def __init__(self, bank: Bank, grid: PolarGrid, keep: float):
        require_pyxem()
        self._bank = bank
        self._grid = grid
        self._count = min(len(bank), max(2, round(keep * len(bank))))
        self._templates = _GriddedTemplates(bank.on_grid(grid))

    def match(self, polar: np.ndarray) -> Candidates:
        """Return the best matching templates of patterns.

        Parameters
        ----------
        polar
            Shape (n, radii, azimuths), output of `keras_stem.indexing.preprocessing.polar_spots`.

        Returns
        -------
        Candidates
        """
        with without_progress_bars():
            found = self._signal(polar[None]).get_orientation(
                self._templates, n_keep=self._count, n_best=self._count
            )
        number, correlation, azimuth, factor = np.moveaxis(found.data[0], -1, 0)
        number = number.astype(int)
        return Candidates(number, correlation, self._rotations(number, np.deg2rad(azimuth), factor < 0))

    def _signal(self, polar: np.ndarray):
        from pyxem.signals import PolarDiffraction2D

        signal = PolarDiffraction2D(polar)
        azimuth, radius = signal.axes_manager.signal_axes
        azimuth.scale, azimuth.offset = self._grid.azimuth_step, 0.0
        radius.scale, radius.offset = self._grid.radial_step, 0.0
        return signal

    def _rotations(self, number: np.ndarray, azimuth: np.ndarray, mirrored: np.ndarray) -> Rotation:
        """Return the orientations of templates, mirrored where indicated and then rotated by the azimuth.

        With azimuths that begin at 0 on a grid point, the angle of pyxem is the rotation angle itself. The
        default azimuths of pyxem begin at -180 degrees, and its mirrored solutions are off by one azimuth
        step.
        """
        zone = self._bank.rotations[number.ravel()]
        mirror = mirrored.ravel()[:, None]
        zone = Rotation(np.where(mirror, (zone * HALF_TURN_ABOUT_Y).data, zone.data))
        beam = np.broadcast_to([0.0, 0.0, 1.0], (zone.size, 3))
        turned = zone * rotations_about(beam, -azimuth.ravel())
        return Rotation(turned.data.reshape(*number.shape, 4))


@dataclass(frozen=True)
class _GriddedTemplates:
    """Substitute of a diffsims simulation for gridded templates, with the one method that pyxem calls.

    diffsims drops spots on the last circle and the last azimuth, and pyxem stops at a spot on circle 0.
    """

    arrays: tuple[np.ndarray, np.ndarray, np.ndarray]

    def polar_flatten_simulations(self, radial_axes, azimuthal_axes):
        return self.arrays


def require_pyxem() -> None:
    """Raise `KerasStemError` if pyxem is not installed."""
    try:
        with writable_home():  # HyperSpy keeps its settings there
            import pyxem.signals  # noqa: F401
    except ImportError as error:
        raise KerasStemError(
            "Template matching needs pyxem; install it with: pip install 'keras_stem[match]'"
        ) from error
