"""Selection of the RosettaSciIO reader for a file of patterns, and advice for unsupported files."""

import importlib
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.array as da
import h5py
import numpy as np
import rsciio

from keras_stem.errors import KerasStemError, reason_of
from keras_stem.io.hdf5 import hdf5_reader, open_hdf5, top_groups
from keras_stem.io.hdf5_items import require_readable_tree
from keras_stem.scan.formats import Plan, Signal, plan_for
from keras_stem.scan.signal_axes import scan_first

OF_HYPERSPY = frozenset({"HSPY", "ZSPY"})
"""Readers of files that store the ``navigate`` flag of each axis, so that it is not guessed."""

STACK_CHUNK = 64
"""Number of patterns in a chunk of a stack."""

_NOT_OF_PATTERNS = frozenset(
    {
        "Bruker",
        "DENS",
        "Delmic",
        "DigitalSurf",
        "EDAX",
        "Hamamatsu",
        "Impulse",
        "JEOL",
        "JobinYvon",
        "MSA",
        "Phenom",
        "Protochips",
        "Quadstar",
        "Renishaw",
        "Tofwerk",
        "TriVista",
    }
)
"""Readers of spectra, logs and other images."""

_TOLD_BY_CONTENT = frozenset({"Arina", "HSPY", "USID"})
"""Readers of HDF5 files with ambiguous suffixes, which are identified by their content."""

_SUFFIXES_OF_HDF5 = frozenset({".app5", ".de5", ".emd", ".h5", ".hdf5", ".hspy", ".nxs"})

_SAY_TRUNCATED = ("truncated file", "mmap length", "requires a buffer", "multiple of the data")
"""Fragments of the error messages of HDF5, NumPy and others about truncated files."""

_OF_CODE = (AssertionError, AttributeError, LookupError, NameError, RecursionError, TypeError)
"""Errors whose message concerns the code of a reader rather than the file."""

_HINTS = {
    ".hdr": "give the .mib file that it describes",
    ".mat": "save the array as .npy",
    ".npz": "save the array alone as .npy",
    ".raw": "give the .xml file (EMPAD) or .rpl file (Ripple) that describes it",
    ".seq": "save it as .mrc or .tif with the program of the camera",
}
_PACKAGES = {"PIL": "pillow", "skimage": "scikit-image"}
"""Package names that differ from their module names."""

_HINT = "save the patterns as .hspy with HyperSpy or as .npy with NumPy"


@dataclass(frozen=True)
class Opened:
    """Signals of a file, loaded lazily if the reader supports it.

    Parameters
    ----------
    signals
        Signals returned by RosettaSciIO, with the scan axes before the detector axes.
    reader
        Name of the reader of RosettaSciIO.
    notes
        Messages for the user, one per line.
    """

    signals: list[Signal]
    reader: str
    notes: tuple[str, ...]


def open_signals(path: Path, stack: bool = False) -> Opened:
    """Open a file with the first suitable reader of RosettaSciIO.

    HDF5 files are identified by their content, other files by their suffix.

    Parameters
    ----------
    path
        The file, or the folder of a ``.zspy`` store.
    stack
        Whether the user specifies the scan shape, so that the file need not contain it.

    Raises
    ------
    KerasStemError
        If no reader can open the file.
    """
    problems = []
    for plugin in _candidates(path):
        name = plugin["name"]
        try:
            plan = plan_for(name, path, stack)
            read = plan.change(_read_by_rows(plugin["api"], plan.opened(path), plan))
            signals = [_scan_first(signal, name) for signal in read]
        except KerasStemError:
            raise
        except Exception as error:  # readers raise various errors
            problems.append(f"{name}: {reason(error)}")
            continue
        if signals:
            return Opened(signals, name, plan.notes)
        problems.append(f"{name}: no data")
    raise KerasStemError(f"No reader of RosettaSciIO opens {path} ({'; '.join(problems)}).")


def reason(error: Exception) -> str:
    """Return a short reason why a file could not be read."""
    text = reason_of(error).strip(" .'\"")
    if isinstance(error, ModuleNotFoundError):
        package = _PACKAGES.get(error.name, error.name)
        return f"needs the package {package}; install it with: pip install {package}"
    if isinstance(error, _OF_CODE):
        return "its content is not what the reader expects"
    if any(words in text for words in _SAY_TRUNCATED):
        return "the file is truncated; copy it again"
    return text or type(error).__name__


def _candidates(path: Path) -> list[dict[str, Any]]:
    suffix = path.suffix.lower()
    plugins = [plugin for plugin in rsciio.IO_PLUGINS if plugin["name"] not in _NOT_OF_PATTERNS]
    by_suffix = [plugin for plugin in plugins if suffix[1:] in plugin["file_extensions"]]
    if path.is_file() and h5py.is_hdf5(path):
        return _candidates_for_hdf5(path, plugins, by_suffix)
    if suffix in _SUFFIXES_OF_HDF5:
        raise KerasStemError(f"{path} is not a readable HDF5 file; copy it again.")
    if not by_suffix:
        raise KerasStemError(
            f"No reader of RosettaSciIO opens {path} (none is for {suffix or 'nameless'} files of patterns); "
            f"{_HINTS.get(suffix, _HINT)}."
        )
    # MRCZ also reads .mrc files, but not lazily.
    return sorted(by_suffix, key=lambda plugin: plugin["name"] == "MRCZ")


def _candidates_for_hdf5(
    path: Path, plugins: Iterable[dict], by_suffix: Iterable[dict]
) -> list[dict[str, Any]]:
    try:
        name = hdf5_reader(path)
        with open_hdf5(path) as file:
            require_readable_tree(file)
    except OSError as error:
        raise KerasStemError(f"Cannot open {path}: {reason(error)}.") from error
    found = [plugin for plugin in plugins if plugin["name"] == name]
    found += [plugin for plugin in by_suffix if plugin["name"] not in {name, *_TOLD_BY_CONTENT}]
    if not found:
        raise KerasStemError(
            f"No reader of RosettaSciIO recognises the HDF5 file {path} ({top_groups(path)}); {_HINT}."
        )
    return found


def _read_by_rows(module: str, opened: Any, plan: Plan) -> list[Signal]:
    """Read with a row of whole patterns as a chunk, if the reader supports it.

    The automatic chunks of dask divide patterns, which makes assembling them four times slower.
    """
    signals = _read(module, opened, plan.options)
    read = importlib.import_module(module).file_reader
    shape = signals[0]["data"].shape if len(signals) == 1 else ()
    if len(shape) not in (3, 4) or not plan.options.get("lazy", True):
        return signals
    if "chunks" not in inspect.signature(read).parameters:
        return signals
    run = 1 if len(shape) == 4 else STACK_CHUNK
    try:
        return _read(module, opened, {**plan.options, "chunks": (min(run, shape[0]), *shape[1:])})
    except ValueError:  # the reader has dropped an axis of size 1
        return signals


def _read(module: str, opened: Any, options: dict[str, Any]) -> list[Signal]:
    """Read lazily if the reader supports it."""
    read = importlib.import_module(module).file_reader
    try:
        return read(opened, **{"lazy": True, **options})
    except NotImplementedError:
        return read(opened, **{**options, "lazy": False})


def _scan_first(signal: Signal, reader: str) -> Signal:
    """Return a signal with scan axes first; Digital Micrograph may store them after the detector axes."""
    axes = signal.get("axes", [])
    if len(axes) not in (3, 4) or signal["data"].ndim != len(axes):
        return signal
    order = scan_first(axes, reader in OF_HYPERSPY)
    if order == sorted(order):
        return signal
    move = da.transpose if isinstance(signal["data"], da.Array) else np.transpose
    return {**signal, "data": move(signal["data"], order), "axes": [axes[number] for number in order]}
