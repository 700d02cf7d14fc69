"""What a scan file says of itself, between HyperSpy's axes and metadata and one frozen dataclass."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import h5py
from diffsims.utils.sim_utils import get_electron_wavelength

from keras_stem.errors import KerasStemError
from keras_stem.scan.detector import Detector

CONVERGENCE_ANGLE = 1.6
BEAM_ENERGY = 300.0
"""Those of the paper (mrad, kV), for scans that do not tell."""

_TEM_KEYS = {
    "beam_energy": "beam_energy",
    "camera_length": "camera_length",
    "convergence_angle": "convergence_angle",
    "precession_angle": "rocking_angle",
}
"""Our names and HyperSpy's (pyxem calls the precession angle rocking angle)."""


@dataclass(frozen=True)
class ScanInfo:
    """Shapes and calibration of a scan.

    Parameters
    ----------
    title
        Name of the experiment.
    shape
        Rows and columns of scan positions.
    detector
        Shape and reciprocal pixel size of a pattern.
    step
        Distance of neighbouring positions, in ``unit``.
    unit
        Unit of the step, such as "nm".
    beam_energy, camera_length, convergence_angle, precession_angle
        kV, mm, mrad (half angle) and deg; None where unknown.
    origin
        What else is to be kept with the file, such as the settings of a simulation.
    """

    title: str
    shape: tuple[int, int]
    detector: Detector
    step: float
    unit: str
    beam_energy: float | None = None
    camera_length: float | None = None
    convergence_angle: float | None = None
    precession_angle: float | None = None
    origin: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        if not self.title or "/" in self.title:
            raise KerasStemError(f"Expected a title without a slash, found {self.title!r}.")

    @property
    def size(self) -> int:
        """Number of scan positions."""
        return self.shape[0] * self.shape[1]


def beam_radius(info: ScanInfo) -> float:
    """Return the radius of the direct beam, and of every disk, Å⁻¹.

    It follows from the convergence angle and the beam energy; where a file does not tell them, those of the
    paper (1.6 mrad, 300 kV) are taken.
    """
    angle = info.convergence_angle or CONVERGENCE_ANGLE
    return angle * 1e-3 / get_electron_wavelength(info.beam_energy or BEAM_ENERGY)


def hyperspy_axes(info: ScanInfo) -> list[dict[str, Any]]:
    """Return the axes (y, x, ky, kx) as HyperSpy writes them; the direct beam is at 0 of ky and kx."""
    detector = info.detector
    offsets = [-centre * detector.pixel_size for centre in detector.centre]
    rows = [
        ("y", info.shape[0], info.step, 0.0, info.unit, True),
        ("x", info.shape[1], info.step, 0.0, info.unit, True),
        ("ky", detector.shape[0], detector.pixel_size, offsets[0], "1/Å", False),
        ("kx", detector.shape[1], detector.pixel_size, offsets[1], "1/Å", False),
    ]
    keys = ("name", "size", "scale", "offset", "units", "navigate")
    return [
        {**dict(zip(keys, row, strict=True)), "_type": "UniformDataAxis", "is_binned": False} for row in rows
    ]


def hyperspy_metadata(info: ScanInfo) -> dict[str, Any]:
    """Return the metadata tree of a HyperSpy signal."""
    tem = {
        theirs: getattr(info, ours) for ours, theirs in _TEM_KEYS.items() if getattr(info, ours) is not None
    }
    return {
        "General": {"title": info.title},
        "Signal": {"signal_type": "electron_diffraction"},
        "Acquisition_instrument": {"TEM": tem},
    }


def read_info(experiment: h5py.Group) -> ScanInfo:
    """Read the axes and metadata of ``/Experiments/<title>``, whose ``data`` has four dimensions."""
    axes = [dict(experiment[f"axis-{i}"].attrs) if f"axis-{i}" in experiment else {} for i in range(4)]
    shape = experiment["data"].shape
    tem = experiment.get("metadata/Acquisition_instrument/TEM")
    known = (
        {} if tem is None else {ours: _number(tem.attrs.get(theirs)) for ours, theirs in _TEM_KEYS.items()}
    )
    return ScanInfo(
        title=experiment.name.rsplit("/", 1)[-1],
        shape=shape[:2],
        detector=Detector(shape[2:], _inverse_angstrom(axes[3])),
        step=float(axes[1].get("scale", 1.0)),
        unit=_text(axes[1].get("units", "px")),
        **known,
    )


def _inverse_angstrom(axis: dict[str, Any]) -> float:
    """Return the axis scale in Å⁻¹; NaN when the file has no reciprocal calibration."""
    unit = unicodedata.normalize("NFKC", _text(axis.get("units", "")))
    unit = unit.replace("Å", "A").replace("\N{MINUS SIGN}", "-").translate(str.maketrans("", "", " ^{}$"))
    factor = {"1/A": 1.0, "A-1": 1.0, "1/nm": 0.1, "nm-1": 0.1}.get(unit)
    return float(axis["scale"]) * factor if factor else float("nan")


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    text = value.decode() if isinstance(value, bytes) else str(value)
    return "px" if text in ("_None_", "<undefined>", "") else text
