"""Comparison of patterns with the spots of orientations, which refinement and ranking are based on."""

import numpy as np
from orix.crystal_map import Phase

from keras_stem.indexing.correlation import climbed, correlations
from keras_stem.indexing.intensities import Weighting, extinctions
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotImages
from keras_stem.instrument.detector import Detector

THICKNESS = 80.0
"""Thickness (Å) that determines the widths of reflections. Thicker crystals are matched as well, because the
extinction distances limit the widths, too."""

_WIDE, _NARROW = Weighting(30.0, 0.05, 0.1), Weighting(THICKNESS, 0.03, 0.25)
"""Weights of reflections in the two stages of refinement: the wide reflections of a thin crystal are reached
from the distance of a template; narrow ones, compared with bright disks alone, are more precise."""


class SpotComparison:
    """Comparison of the disks of patterns with the spots of a phase.

    The correlation hardly depends on intensities, which dynamical diffraction changes: a disk counts by how
    well it is seen, and a spot by its two-beam intensity to a small power.

    Parameters
    ----------
    phase
        Phase with its full unit cell.
    detector
        Detector of the patterns.
    settings
        Complete settings.

    Attributes
    ----------
    reflections : tuple of numpy.ndarray
        Reflections of the phase, as `keras_stem.indexing.intensities.extinctions` returns them.
    weighting : Weighting
        Weights of reflections in comparisons.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated.
    """

    def __init__(self, phase: Phase, detector: Detector, settings: Matching):
        self.reflections = extinctions(phase, settings.beam, detector.reciprocal_radius)
        self.weighting = Weighting(THICKNESS, settings.excitation_error, settings.gamma)
        self._beam = settings.beam
        self._frame = (detector.pixel_size, settings.beam_mask, settings.radius)

    def correlation(self, images: SpotImages, matrices: np.ndarray) -> np.ndarray:
        """Return the correlation of each pattern with its orientations, shape (n, k), from 0 to about 1.

        Parameters
        ----------
        images
            Disks of n patterns.
        matrices
            Orientation matrices (lab to crystal), shape (n, k, 3, 3).
        """
        matrices = np.ascontiguousarray(matrices, float)
        given = self._given(self.weighting)
        found = correlations(images.visibility, images.origins, matrices, *given)
        return found / images.norms[:, None]

    def refined(self, images: SpotImages, matrices: np.ndarray) -> np.ndarray:
        """Return orientations moved to nearby maxima, shape (n, k, 3, 3).

        What is maximised are correlations with other weights than those of `correlation`, of wide reflections
        first and then of narrow ones, which are sharper.

        Parameters
        ----------
        images, matrices
            As for `correlation`.
        """
        matrices, visibility = np.ascontiguousarray(matrices, float), images.visibility
        near = climbed(visibility, images.origins, matrices, *self._given(_WIDE))
        intense = np.sqrt(visibility) * visibility**2  # the power 2.5, faster
        return climbed(intense, images.origins, near, *self._given(_NARROW))

    def _given(self, weighting: Weighting) -> tuple:
        """Return the arguments of compiled functions."""
        return self.reflections, weighting.parameters(self._beam), self._frame
