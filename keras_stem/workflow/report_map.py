"""HTML report about a map."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from orix.crystal_map import CrystalMap

from keras_stem.crystal.pairing import GivenPhase
from keras_stem.errors import KerasStemError
from keras_stem.figures.style import save_both
from keras_stem.files import complete_folder
from keras_stem.io.map_files import WITHOUT_ORIENTATION
from keras_stem.io.map_grid import grid_shape
from keras_stem.report.interactive import explorer_data
from keras_stem.report.map_analysis import MapAnalysis, analyse_map
from keras_stem.report.page import Page, Picture, Section, Written, figure_folder, read_picture, write_page
from keras_stem.report.pictures import Drawn, map_figures
from keras_stem.report.tables import Table, largest_grains, map_tables
from keras_stem.scan.scan import Scan
from keras_stem.workflow.prepare import PreparedMap, prepare_map

_ORIGIN = {
    "scan": "Scan",
    "model": "Model",
    "method": "Method",
    "frame": "Frame",
    "imported_frame": "Frame of the imported angles",
    WITHOUT_ORIENTATION: "Points with invalid Euler angles",
    "refined": "Refined",
    "training_fingerprint": "Fingerprint of the training data",
}


def report_map(
    path: str | Path,
    page: str | Path,
    frame: str | None = None,
    phases: Sequence[GivenPhase] = (),
    min_q: float | None = None,
    scan_path: str | Path | None = None,
    direction: str = "z",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Written:
    """Write an HTML page about a map, and its figures as PNG and SVG to a folder beside it.

    Parameters
    ----------
    path, frame, phases, min_q
        Path, reference frame, phases and smallest Q of the map, as for
        `keras_stem.workflow.prepare.prepare_map`.
    page
        Path of the HTML file; the folder has the same name without ``.html``.
    scan_path
        Path of the scan whose patterns are shown, and with whose labels the map is compared. By default it is
        the scan that the map names, if it exists and has the same numbers of rows and columns.
    direction
        Lab direction of the IPF colours that are shown initially: "x", "y" or "z".
    progress
        Function that is called with the number of patterns read so far and the total number.

    Returns
    -------
    Written

    Raises
    ------
    KerasStemError
        If the map cannot be read or has only one row or column, the scan has a different shape, or the page
        cannot be written.
    """
    path, page = Path(path), Path(page)
    folder = figure_folder(page)
    prepared = prepare_map(path, frame, phases, min_q)
    with _opened_scan(path, prepared, scan_path) as (scan, note):
        labels = _labels(scan, path)
        analysis = analyse_map(prepared.crystal_map, prepared.visible, prepared.origin, labels)
        with complete_folder(folder) as staging:
            pictures = [_saved(drawn, staging) for drawn in map_figures(analysis, direction)]
            explorer = explorer_data(analysis, scan, direction, progress)
            provenance = _provenance(path, prepared, scan)
            write_page(page, _page(path, analysis, pictures, provenance, explorer, note))
    return Written(page, folder, note, prepared.counted)


def _page(
    path: Path,
    analysis: MapAnalysis,
    pictures: list[Picture],
    provenance: list[Table],
    explorer: dict,
    note: str,
) -> Page:
    names = ", ".join(analysis.grid.names.values())
    rows, columns = analysis.grid.shape
    sections = [
        Section("Summary", tables=map_tables(analysis)),
        Section("Figures", pictures),
        Section("Grains", tables=[largest_grains(analysis)]),
        Section("Provenance", tables=provenance),
    ]
    return Page(
        f"Orientation map of {names}", f"{path.name}, {rows} × {columns} points", sections, explorer, note
    )


def _saved(drawn: Drawn, folder: Path) -> Picture:
    save_both(drawn.figure, folder, drawn.name)
    return read_picture(folder / f"{drawn.name}.png", drawn.title, drawn.alt)


@contextlib.contextmanager
def _opened_scan(
    path: Path, prepared: PreparedMap, wanted: str | Path | None
) -> Iterator[tuple[Scan | None, str]]:
    """Yield the scan of a map, or None with the reason why no patterns are shown; close it at the end."""
    scan, note = _scan_of(path, prepared, wanted)
    with contextlib.nullcontext() if scan is None else scan:
        yield scan, note


def _scan_of(path: Path, prepared: PreparedMap, wanted: str | Path | None) -> tuple[Scan | None, str]:
    """Return the open scan of a map, or None with the reason why no patterns are shown."""
    if wanted is not None:
        return _fitting(Path(wanted), prepared.crystal_map), ""
    named = Path(prepared.origin.get("scan", ""))
    for candidate in (path, named, path.parent / named.name):
        with contextlib.suppress(KerasStemError):  # not a scan, or not that of this map
            return _fitting(candidate, prepared.crystal_map), ""
    if named.name in ("", path.name):
        return None, "No patterns are shown: the map names no scan. Give it with --scan."
    return None, f"No patterns are shown: the scan {named} is not there, or changed. Give it with --scan."


def _fitting(path: Path, crystal_map: CrystalMap) -> Scan:
    scan = Scan(path)
    expected, found = grid_shape(crystal_map), scan.info.shape
    if expected != found:
        scan.close()
        raise KerasStemError(
            f"Expected a scan of {expected[0]} x {expected[1]} positions, as the map has, "
            f"found {found[0]} x {found[1]} in {path}."
        )
    return scan


def _labels(scan: Scan | None, path: Path) -> CrystalMap | None:
    """Return the labels of the scan for comparison, unless the map itself is the labels of the scan."""
    if scan is None or not scan.has_labels or scan.path.samefile(path):
        return None
    return scan.labels


def _provenance(path: Path, prepared: PreparedMap, scan: Scan | None) -> list[Table]:
    return [_map_table(path, prepared), *([] if scan is None else [_scan_table(scan)])]


def _map_table(path: Path, prepared: PreparedMap) -> Table:
    known = {
        _ORIGIN.get(name, name): value
        for name, value in prepared.origin.items()
        if value
        and (name, value) != ("scan", path.name)  # the file name, which is the default if no scan is named
    }
    return Table("Map", (), [("File", str(path)), *known.items(), ("Points", prepared.counted)])


def _scan_table(scan: Scan) -> Table:
    info = scan.info
    known = (
        ("Pixel size", info.detector.pixel_size, "1/Å"),
        ("Beam energy", info.beam_energy, "kV"),
        ("Camera length", info.camera_length, "mm"),
        ("Precession angle", info.precession_angle, "°"),
        ("Convergence angle", info.convergence_angle, "mrad"),
    )
    rows = [
        ("File", str(scan.path)),
        ("Title", info.title),
        ("Detector", f"{info.detector.shape[0]} × {info.detector.shape[1]} pixels"),
        *((name, f"{value:.4g} {unit}") for name, value, unit in known if value is not None),
        ("Fingerprint", scan.fingerprint),
    ]
    return Table("Scan", (), rows)
