"""Closed forms of the density of one orientation. Not a test itself."""

from scipy.special import beta

from keras_stem.analysis.density_kernel import DensityKernel


def mean_square(kernel: DensityKernel) -> float:
    """Return the texture index of one orientation without symmetry."""
    return kernel.maximum**2 * beta(1.5, 2 * kernel.power + 0.5) / beta(1.5, 0.5)
