"""Options of the polar network."""

from dataclasses import dataclass

from keras_stem.errors import KerasStemError
from keras_stem.networks.declaration import NetworkConfig, option


@dataclass(frozen=True)
class PolarConfig(NetworkConfig):
    """Options of the polar network.

    Parameters
    ----------
    radii, azimuths
        Number of radial and azimuthal samples of the pattern; the number of votes is half that of azimuths.
    channels
        Number of channels of the convolutions along the azimuth.
    dilations
        Dilation of each residual block, in votes; one cycle of dilations should span the whole circle.
    """

    arch = "polar"
    title = "Polar"
    summary = "rotation about the beam is built in; the default"
    builder = "keras_stem.networks.polar.builder:build_polar"
    output = "azimuths"
    any_size = True

    radii: int = option(40, "Number of circles on which patterns are sampled.", 2)
    azimuths: int = option(72, "Number of samples on each circle.", 8)
    channels: int = option(128, "Number of channels of the convolutions.", 1)
    dilations: tuple[int, ...] = option((1, 3, 9, 1, 3, 9, 1, 3), "Dilation of each residual block.", 1)

    def __post_init__(self):
        if self.azimuths % 2 or self.azimuths < 8 or self.radii < 2 or self.channels < 1:
            raise KerasStemError(f"Expected positive sizes and an even number of azimuths, found {self}.")
        if max(self.dilations, default=0) > self.azimuths // 2:
            raise KerasStemError(
                f"Expected dilations up to {self.azimuths // 2}, found {max(self.dilations)}."
            )
