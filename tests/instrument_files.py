"""Small files in the formats of instruments, as their programs write them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hyperspy.api as hs
import numpy as np
import vendor_files as files

SCAN = (3, 4)


@dataclass(frozen=True)
class Case:
    """A format: how it is written, and what it tells; the shape of the scan is given for a stack."""

    write: Callable[[Path, np.ndarray], None]
    dtype: str = "u1"
    stack: bool = False
    step: float | None = None
    pixel: float | None = None


def stacked(write: Callable) -> Callable:
    return lambda path, counts: write(path, counts.reshape(-1, *counts.shape[2:]))


def by_hyperspy(path: Path, stack: np.ndarray) -> None:
    hs.signals.Signal2D(stack).save(path)


def merlin(**options) -> Callable:
    return stacked(lambda path, stack: files.write_merlin(path, stack, **options))


def merlin_with_header(path: Path, counts: np.ndarray) -> None:
    merlin()(path, counts)
    files.write_merlin_header(path.with_suffix(".hdr"), 12, 4)


def digital_micrograph(order: tuple[int, ...] = (0, 1, 2, 3)) -> Callable:
    scales, units = (2.0, 2.0, 0.2, 0.2), ("nm", "nm", "1/nm", "1/nm")

    def write(path, counts):
        stored = np.ascontiguousarray(counts.transpose(order))
        files.write_digital_micrograph(
            path, stored, [scales[axis] for axis in order], [units[axis] for axis in order]
        )

    return write


def series_of_digital_micrograph(path: Path, stack: np.ndarray) -> None:
    files.write_digital_micrograph(path, stack, [0.1, 0.2, 0.2], ["s", "1/nm", "1/nm"])


def arina(path: Path, stack: np.ndarray) -> None:
    files.write_arina(path, stack)
    files.write_arina_metadata(path.with_name(path.name.replace("_master", "")), 2.0)


CASES = {
    "u8.mib": Case(merlin(columns=4)),
    "u16.mib": Case(merlin(columns=4), "u2"),
    "u32.mib": Case(merlin(columns=4), "u4"),
    "quad.mib": Case(merlin(columns=4, quad=True), "u2"),
    "stack.mib": Case(merlin(), "u2", stack=True),
    "described.mib": Case(merlin_with_header, "u2"),
    "scan.dm3": Case(digital_micrograph(), "u2", step=2.0, pixel=0.02),
    "scan.dm4": Case(digital_micrograph(), "u2", step=2.0, pixel=0.02),
    "detector_first.dm4": Case(digital_micrograph((2, 3, 0, 1)), "f4", step=2.0, pixel=0.02),
    "series.dm3": Case(stacked(series_of_digital_micrograph), "u2", stack=True, pixel=0.02),
    "series.dm4": Case(stacked(series_of_digital_micrograph), "f4", stack=True, pixel=0.02),
    "series.mrc": Case(stacked(files.write_mrc), "u2", stack=True),
    "20240507_00001_movie.mrc": Case(files.write_direct_electron, "u2", step=2.5),
    "series.ser": Case(stacked(files.write_tia), "u2", stack=True),
    "velox.emd": Case(stacked(files.write_velox), "u2", stack=True, pixel=0.02),
    "detector_master.h5": Case(stacked(arina), "u4", stack=True),
    "py4dstem.h5": Case(files.write_py4dstem, step=2.0, pixel=0.02),
    "py4dstem.emd": Case(files.write_py4dstem, step=2.0, pixel=0.02),
    "old_py4dstem.h5": Case(files.write_old_py4dstem, step=2.0, pixel=0.02),
    "scan.app5": Case(files.write_topspin, "f4", step=2.0),
    "scan.prz": Case(lambda path, counts: files.write_prz(path, counts, False), step=2.0, pixel=0.02),
    "compressed.prz": Case(lambda path, counts: files.write_prz(path, counts, True), step=2.0, pixel=0.02),
    "scan.npy": Case(np.save),
    "by_columns.npy": Case(lambda path, counts: np.save(path, np.asfortranarray(counts)), "f4"),
    "series.rpl": Case(stacked(by_hyperspy), "u2", stack=True),
    "series.tif": Case(stacked(by_hyperspy), "u2", stack=True),
    "one_by_one.tif": Case(stacked(files.write_pages), "u2", stack=True),
    "series.nxs": Case(stacked(by_hyperspy), "u2", stack=True),
}


def digital_micrograph_of_one(path: Path, pattern: np.ndarray) -> None:
    files.write_digital_micrograph(path, pattern, [0.2, 0.2], ["1/nm", "1/nm"])
