"""Format-specific options and corrections for the readers of RosettaSciIO."""

import importlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dask.array as da
import h5py
import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.scan.tiff_pages import ends_early

Signal = dict[str, Any]
"""Dictionary of data, axes and metadata, as returned by a reader of RosettaSciIO."""

_ALL_FRAMES = (2**62,)
"""Navigation shape larger than any stack; the Merlin reader truncates it to the patterns in the file."""

_BLOCKFILE = 0x0102
"""Magic number of blockfiles."""

_FPD_PATTERNS = "fpd_expt/fpd_data/data"


@dataclass(frozen=True)
class Plan:
    """Reading options of a file.

    Parameters
    ----------
    options
        Keyword arguments of the reader.
    notes
        Messages for the user, one per line.
    change
        Function applied to the signals after reading.
    opened
        Function from the path of the file to what the reader gets.
    """

    options: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    change: Callable[[list[Signal]], list[Signal]] = lambda signals: signals
    opened: Callable[[Path], Any] = str


def plan_for(reader: str, path: Path, stack: bool) -> Plan:
    """Return the plan with which a reader reads a file.

    Parameters
    ----------
    reader
        Name of the reader of RosettaSciIO.
    path
        The file.
    stack
        Whether the user specifies the scan shape, so that the file need not contain it.

    Raises
    ------
    KerasStemError
        If a part of the file is missing, or the reader does not support its variant of the format.
    """
    plan = _PLANS.get(reader)
    return plan(path, stack) if plan else Plan()


def _hspy(path: Path, stack: bool) -> Plan:
    """Let the file close once its patterns are no longer used.

    RosettaSciIO 0.15 keeps it open as long as the process lives, so that nobody could write labels to it.
    """

    def untracked(signals: list[Signal]) -> list[Signal]:
        handles = getattr(importlib.import_module("rsciio.hspy._api"), "_lazy_file_handles", {})
        handles.pop(os.fspath(path.absolute()), None)
        return signals

    return Plan(change=untracked)


def _merlin(path: Path, stack: bool) -> Plan:
    with path.open("rb") as file:
        if b",R64," in file.read(384):
            raise KerasStemError(
                f"{path} holds raw Merlin patterns (R64), which RosettaSciIO does not read; "
                "read it with LiberTEM and save the patterns as .npy."
            )
    if stack:
        return Plan({"navigation_shape": _ALL_FRAMES})
    known = _first_signal("quantumdetector", path)["original_metadata"]
    *_, rows, columns = (1, *known["mib_properties"]["navigation_shape"])
    frames, has_header = known["mib_properties"]["frame_number_in_file"], "hdr_file" in known
    if columns == 1 or (rows * columns != frames and not has_header):
        return Plan({"navigation_shape": _ALL_FRAMES})
    notes = _merlin_notes(path, frames, rows, columns, has_header)
    if rows == 1:
        return Plan({"navigation_shape": (columns,)}, notes, _each(_one_row))
    return Plan({"navigation_shape": (columns, rows)}, notes)


def _merlin_notes(path: Path, frames: int, rows: int, columns: int, has_header: bool) -> tuple[str, ...]:
    if rows * columns != frames:
        return (
            f"{path} holds {frames} patterns, of which {rows} rows of {columns} are taken; "
            "give --scan-shape to take them otherwise.",
        )
    if not has_header:
        return (
            f"{path} has no .hdr file beside it; {rows} rows of {columns} follow from the times of the "
            "patterns. Give --scan-shape if this is wrong.",
        )
    return ()


def _one_row(signal: Signal) -> Signal:
    """Return a stack as a single-row scan."""
    axis = {"name": "y", "size": 1, "scale": 1.0, "offset": 0.0, "units": "", "navigate": True}
    return {**signal, "data": signal["data"][None], "axes": [axis, *signal["axes"]]}


def _blockfile(path: Path, stack: bool) -> Plan:
    header = _first_signal("blockfile", path)["original_metadata"]["blockfile_header"]
    notes = ()
    if header["MAGIC"] != _BLOCKFILE:
        notes = (f"{path} does not begin as blockfiles do; compare some patterns with what was recorded.",)
    rows, columns, side = (int(header[name]) for name in ("NY", "NX", "DP_SZ"))
    frame = np.dtype([("number", "V6"), ("pattern", "u1", (side, side))])
    found = max(0, path.stat().st_size - int(header["Data_offset_2"])) // frame.itemsize
    if found >= rows * columns:
        return Plan(notes=notes)
    if found < columns:
        raise KerasStemError(f"{path} is truncated within its first row of patterns; copy it again.")
    complete = found // columns
    patterns = np.memmap(path, frame, "r", int(header["Data_offset_2"]), (complete, columns))["pattern"]
    data = da.from_array(patterns, chunks=(1, columns, side, side))
    note = f"{path} is truncated: it holds {found} of {rows * columns} patterns; {complete} rows are used."
    return Plan(notes=(*notes, note), change=lambda signals: [{**signals[0], "data": data}])


def _arina(path: Path, stack: bool) -> Plan:
    """Keep counts above 65535, which the reader would wrap around, and accept any number of patterns."""
    with open_hdf5(path) as file:
        data = file["entry/data"]
        parts = [_arina_part(data, name, path) for name in data]
        count, dtype = sum(part.shape[0] for part in parts), parts[0].dtype
    if stack or round(count**0.5) ** 2 != count:
        return Plan({"dtype": dtype, "navigation_shape": (1, "auto")}, change=_each(_first_row))
    note = f"{path} does not state the shape of its scan; a square is assumed. Otherwise give --scan-shape."
    return Plan({"dtype": dtype}, (note,))


def _arina_part(data: h5py.Group, name: str, path: Path) -> h5py.Dataset:
    part = data.get(name)
    if part is None:
        link = data.get(name, getlink=True)
        raise KerasStemError(f"{path} refers to {link.filename}, which is not beside it; copy it there.")
    return part


def _first_row(signal: Signal) -> Signal:
    """Return a single-row scan as a stack."""
    return {**signal, "data": signal["data"][0], "axes": signal["axes"][1:]}


def _emd(path: Path, stack: bool) -> Plan:
    """Read each array separately and restore the axis order of fpd and py4DSTEM (up to 0.13) files.

    The reader returns these files with their axes reversed.
    """
    with open_hdf5(path) as file:
        if _FPD_PATTERNS in file:
            return Plan({"dataset_path": _FPD_PATTERNS}, change=_each(_reversed))
        if "4DSTEM_experiment" in file:
            return Plan({"stack_group": False}, change=_each(_reversed))
    return Plan({"stack_group": False})


def _reversed(signal: Signal) -> Signal:
    """Return a signal with its axis order reversed and without a colour axis of size 1."""
    axes = [axis for axis in signal["axes"] if axis["size"] > 1 or axis["name"] != "colour"]
    lost = tuple(number for number, axis in enumerate(signal["axes"]) if axis not in axes)
    return {**signal, "data": signal["data"].squeeze(axis=lost).T, "axes": axes[::-1]}


def _direct_electron(signal: Signal) -> Signal:
    """Set the axis scales of a movie from its ``info.txt``, which the reader replaces by 1."""
    known = signal.get("original_metadata", {}).get("de_metadata")
    if known is None:
        return signal
    places = {axis: f"Specimen Pixel Size {axis.upper()} (nanometers)" for axis in "xy"}
    places |= {f"k{axis}": f"Diffraction Pixel Size {axis.upper()}" for axis in "xy"}
    axes = []
    for axis in signal["axes"]:
        size = float(known.get(places.get(axis["name"]), -1))
        is_known = size > 0 or axis["name"] not in places
        axes.append({**axis, "scale": size if size > 0 else 1.0, "units": axis["units"] if is_known else ""})
    return {**signal, "axes": axes}


def _panta_rhei(path: Path, stack: bool) -> Plan:
    """Read compressed arrays eagerly; lazily, the reader would interpret their compressed bytes as counts."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        compressed = archive.getinfo("data.npy").compress_type != zipfile.ZIP_STORED
    notes = ()
    if "meta_data_json.npy" not in names:
        notes = (
            f"{path} is of a Panta Rhei before 24.03, whose calibration is not read; give it by options.",
        )
    return Plan({"lazy": not compressed}, notes)


def _tiff(path: Path, stack: bool) -> Plan:
    """Combine individually written images of equal shape into a stack."""
    if ends_early(path):
        raise KerasStemError(f"{path} is truncated; copy it again.")
    return Plan(change=_stacked)


def _stacked(signals: list[Signal]) -> list[Signal]:
    kinds = {(signal["data"].shape, signal["data"].dtype) for signal in signals}
    if len(signals) == 1 or len(kinds) > 1 or signals[0]["data"].ndim != 2:
        return signals
    axis = {"name": "", "size": len(signals), "scale": 1.0, "offset": 0.0, "units": "", "navigate": True}
    data = da.stack([da.asarray(signal["data"]) for signal in signals])
    return [{**signals[0], "data": data, "axes": [axis, *signals[0]["axes"]]}]


def _zspy(path: Path, stack: bool) -> Plan:
    """Refuse folders without all of their chunks; lazy reading would open a store for writing."""
    if not path.is_dir():
        return Plan({"mode": "r"})
    from keras_stem.scan.zspy_folders import WholeFolder  # imports zarr

    return Plan({"mode": "r"}, opened=lambda folder: WholeFolder(str(folder)))


def _each(change: Callable[[Signal], Signal]) -> Callable[[list[Signal]], list[Signal]]:
    return lambda signals: [change(signal) for signal in signals]


def _first_signal(module: str, path: Path) -> Signal:
    return importlib.import_module(f"rsciio.{module}").file_reader(str(path), lazy=True)[0]


def _always(**plan: Any) -> Callable[[Path, bool], Plan]:
    return lambda path, stack: Plan(**plan)


_PLANS: dict[str, Callable[[Path, bool], Plan]] = {
    "Arina": _arina,
    "Blockfile": _blockfile,
    "EMD": _emd,
    "HSPY": _hspy,
    "Image": _always(options={"lazy": False}),
    "MRC": _always(change=_each(_direct_electron)),
    # Memory-mapped by NumPy, which supports both array orders.
    "numpy": _always(options={"lazy": False, "mmap_mode": "r"}),
    "PantaRhei": _panta_rhei,
    "QuantumDetector": _merlin,
    "TIFF": _tiff,
    "Topspin": _always(options={"show_progressbar": False}),
    "ZSPY": _zspy,
}
