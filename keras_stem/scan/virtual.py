"""Virtual images: counts summed over an aperture of any shape at each scan position."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keras_stem.block_store import blocks_of
from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.read_once import read_patterns
from keras_stem.scan.scan import Scan

if TYPE_CHECKING:
    from distributed import Client

BLOCK_PATTERNS = 512

BEAM_RADII = 1.5
"""Radius of the direct beam in disk radii."""


@dataclass(frozen=True)
class Annulus:
    """Annular aperture about the direct beam, a disk if the inner radius is 0.

    Parameters
    ----------
    inner, outer
        Inner and outer radius (1/Å).
    """

    inner: float
    outer: float

    def __str__(self) -> str:
        return f"{self.inner:.3g} to {self.outer:.3g} 1/Å"

    def mask(self, detector: Detector) -> np.ndarray:
        """Return the mask of pixels inside the aperture, shape (H, W), bool."""
        return (detector.distances >= self.inner) & (detector.distances < self.outer)


@dataclass(frozen=True)
class Spot:
    """Circular aperture at any position, with x to the right and y up.

    Parameters
    ----------
    x, y
        Centre (1/Å).
    radius
        Radius (1/Å).
    """

    x: float
    y: float
    radius: float

    def __str__(self) -> str:
        return f"{self.radius:.3g} 1/Å about ({self.x:.3g}, {self.y:.3g})"

    def mask(self, detector: Detector) -> np.ndarray:
        """Return the mask of pixels inside the aperture, shape (H, W), bool."""
        [[row, column]] = detector.to_pixels(np.array([[self.x, self.y]]))
        rows, columns = np.indices(detector.shape)
        return np.hypot(rows - row, columns - column) * detector.pixel_size <= self.radius


def apertures_of(
    info: ScanInfo,
    bright: tuple[float, float] | None,
    dark: Sequence[tuple[float, float]],
    spots: Sequence[tuple[float, ...]],
    pixels: bool = False,
) -> dict[str, Annulus | Spot]:
    """Return named apertures for a bright field, dark fields and spots.

    Parameters
    ----------
    info
        Shapes and calibration of the scan.
    bright
        Inner and outer radius of the bright field (1/Å); the direct beam by default.
    dark
        Inner and outer radius of each dark field (1/Å); by default one from the bright field to the nearest
        detector edge.
    spots
        x, y and optionally the radius of each spot (1/Å); the radius defaults to that of the direct beam.
    pixels
        Whether all numbers are in pixels instead of 1/Å.

    Raises
    ------
    KerasStemError
        If the scan has no reciprocal calibration and the numbers are not pixels.
    """
    pixel_size = info.detector.pixel_size
    if not pixel_size > 0:
        raise KerasStemError(
            f"{info.title} has no reciprocal calibration; convert it again with --pixel-size."
        )
    scale = pixel_size if pixels else 1.0
    beam = BEAM_RADII * info.beam_radius
    inner, outer = (radius * scale for radius in bright) if bright else (0.0, beam)
    apertures: dict[str, Annulus | Spot] = {"bright_field": Annulus(inner, outer)}
    for number, radii in enumerate(dark or [(outer / scale, info.detector.inner_radius / scale)]):
        apertures[f"dark_field{number + 1 if number else ''}"] = Annulus(radii[0] * scale, radii[1] * scale)
    for number, (x, y, *radius) in enumerate(spots):
        size = radius[0] * scale if radius else beam
        apertures[f"spot{number + 1}"] = Spot(x * scale, y * scale, size)
    return apertures


def virtual_images(
    scan: Scan,
    apertures: dict[str, Annulus | Spot],
    progress: Callable[[int], None] = lambda patterns: None,
    client: "Client | None" = None,
) -> dict[str, np.ndarray]:
    """Return the summed counts in each aperture at every scan position.

    Parameters
    ----------
    scan
        Open scan, which is read in blocks.
    apertures
        Apertures by name.
    progress
        Callback that receives the number of patterns just read.
    client
        Client of a Dask cluster, whose workers read the patterns; None for this process.

    Returns
    -------
    dict of numpy.ndarray
        Images by aperture name, shape (rows, columns), float64.

    Raises
    ------
    KerasStemError
        If an aperture contains no pixels, or the patterns cannot be read.
    """
    masks = {name: aperture.mask(scan.info.detector) for name, aperture in apertures.items()}
    for name, mask in masks.items():
        if not mask.any():
            raise KerasStemError(
                f"The aperture {name}, {apertures[name]}, has no pixel of the detector, which reaches to "
                f"{scan.info.detector.inner_radius:.3g} 1/Å; give another with --bright, --dark or --spot."
            )
    weights = np.stack([mask.ravel() for mask in masks.values()], axis=1).astype(float)
    blocks, sums = blocks_of(len(scan), BLOCK_PATTERNS), []
    for summed in _summed(scan, weights, blocks, client):
        sums.append(summed)
        progress(len(summed))
    images = np.concatenate(sums).reshape(*scan.info.shape, len(masks))
    return {name: images[..., k] for k, name in enumerate(masks)}


@dataclass(frozen=True)
class SumTask:
    """Weighted sums of the pixels of patterns.

    Parameters
    ----------
    path
        Path of the scan, as the workers see it.
    weights
        Weights of the pixels, shape (H W, k).
    """

    path: str
    weights: np.ndarray

    def ready(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return the function of a block of positions."""
        return lambda positions: _sums(read_patterns(self.path, positions), self.weights)


def _summed(
    scan: Scan, weights: np.ndarray, blocks: list[np.ndarray], client: "Client | None"
) -> Iterator[np.ndarray]:
    if client is None:
        return (_sums(scan.read(positions), weights) for positions in blocks)
    from keras_stem.cluster.blocks import results_of

    return results_of(client, SumTask(str(scan.path.resolve()), weights), blocks)


def _sums(patterns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sums of the pixels of patterns, shape (n, k)."""
    return patterns.reshape(len(patterns), -1) @ weights
