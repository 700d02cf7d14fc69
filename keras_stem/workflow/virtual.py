"""Virtual images of a scan, written to a folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rsciio.hspy import file_writer

from keras_stem.crystal.map_phases import phases_of
from keras_stem.figures.scan_images import phase_figure, shaded_ipf_figure, virtual_figure
from keras_stem.figures.style import save
from keras_stem.files import complete_folder
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.virtual import Annulus, Spot, virtual_images

if TYPE_CHECKING:
    from distributed import Client


def write_virtual_images(
    scan: Scan,
    apertures: dict[str, Annulus | Spot],
    folder: str | Path,
    progress: Callable[[int], None] = lambda patterns: None,
    client: "Client | None" = None,
) -> list[str]:
    """Write each virtual image as PNG and as a HyperSpy file, and figures of the labels.

    Parameters
    ----------
    scan
        Open scan.
    apertures
        Virtual apertures by file name.
    folder
        Output folder, which is created if necessary.
    progress
        Function that is called with the number of newly read patterns.
    client
        Client of a Dask cluster, whose workers read the patterns; None for this process.

    Returns
    -------
    list of str
        Names of the files. For labels of a single phase with Q, ``labels.png`` shows them shaded by Q; for
        several phases, ``phases.png`` shows the phases.

    Raises
    ------
    KerasStemError
        If the scan cannot be read, or the folder cannot be written.
    """
    with complete_folder(folder) as staging:
        for name, image in virtual_images(scan, apertures, progress, client).items():
            title = name.replace("_", " ").capitalize()
            save(virtual_figure(image, scan.info, title), staging / f"{name}.png")
            _write_hspy(staging / f"{name}.hspy", image, scan.info, title)
        if scan.has_labels:
            _draw_labels(scan, staging)
        return sorted(path.name for path in staging.iterdir())


def _draw_labels(scan: Scan, folder: Path) -> None:
    labels = scan.labels
    phases = list(phases_of(labels).values())
    if len(phases) > 1:
        save(phase_figure(labels), folder / "phases.png")
    elif phases and phases[0].point_group is not None and "Q" in labels.prop:
        save(shaded_ipf_figure(labels), folder / "labels.png")


def _write_hspy(path: Path, image: np.ndarray, info: ScanInfo, title: str) -> None:
    axes = [
        {
            "_type": "UniformDataAxis",
            "name": name,
            "size": size,
            "scale": step,
            "offset": 0.0,
            "units": info.unit,
            "navigate": False,
            "is_binned": False,
        }
        for name, size, step in zip("yx", info.shape, info.steps, strict=True)
    ]
    signal = {
        "data": image,
        "axes": axes,
        "metadata": {"General": {"title": title}, "Signal": {"signal_type": ""}},
        "original_metadata": {"keras_stem": {"scan": info.title}},
        "learning_results": {},
        "attributes": {"_lazy": False, "ragged": False},
        "models": {},
        "package_info": {"package": "keras_stem", "package_version": ""},
        "tmp_parameters": {},
    }
    file_writer(path, signal)
