"""The electron beam."""

from dataclasses import dataclass, fields

from diffsims.utils.sim_utils import get_electron_wavelength


@dataclass(frozen=True)
class Beam:
    """Electron beam; what is unknown is None.

    Parameters
    ----------
    energy
        Beam energy (kV).
    convergence_angle
        Convergence semi-angle (mrad), which determines the radius of the diffraction disks.
    precession_angle
        Precession angle (degrees).
    """

    energy: float | None = None
    convergence_angle: float | None = None
    precession_angle: float | None = None

    def completed(self, other: "Beam") -> "Beam":
        """Return this beam with unknown values taken from another one."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return Beam(**{n: getattr(other, n) if value is None else value for n, value in own.items()})

    @property
    def wave_number(self) -> float:
        """Radius of the Ewald sphere (1/Å), for a known energy."""
        return wave_number(self.energy)

    @property
    def radius(self) -> float:
        """Radius of the direct beam and of all diffraction disks (1/Å), if energy and angle are known."""
        return self.convergence_angle * 1e-3 * self.wave_number


UNKNOWN_BEAM = Beam()

PAPER_BEAM = Beam(300.0, 1.6, 0.6)
"""Beam of the paper."""

USUAL_BEAM = Beam(300.0, 1.6, 0.0)
"""Beam of scans without these metadata: that of the paper, without precession."""


def wave_number(energy: float) -> float:
    """Return the radius of the Ewald sphere (1/Å) for a beam energy (kV)."""
    return 1 / float(get_electron_wavelength(energy))
