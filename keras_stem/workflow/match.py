"""Labelling of a whole scan by template matching, block by block."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.frames import ORIX_FRAME
from keras_stem.crystal.grains import OUTSIDE
from keras_stem.crystal.map_phases import phases_of, single_phase
from keras_stem.crystal.pairing import GivenPhase
from keras_stem.crystal.phase import fingerprint
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.environment import state_folder
from keras_stem.errors import KerasStemError
from keras_stem.files import complete_file, existing_folder
from keras_stem.indexing.calibration import error_bounds, unexplained
from keras_stem.indexing.matching import Matcher
from keras_stem.indexing.ranking import Solutions, rank
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.version import __version__

BLOCK_PATTERNS, BLOCK_PIXELS = 512, 2**25
"""Largest number of patterns and of their pixels per block; the results of each block are saved to disk."""

_METHOD = "visibility, disks"
"""Name of the way of matching, whose blocks are not those of another version's."""


def match_scan(
    scan: Scan,
    phases: list[Phase],
    settings: Matching,
    progress: Callable[[int], None] = lambda patterns: None,
) -> tuple[CrystalMap, dict[str, str]]:
    """Determine the orientation, phase, Q and R at every position of a scan by template matching.

    Finished blocks are saved to disk until the whole scan is matched, so that an interrupted matching resumes
    when the function is called again with the same scan and settings.

    Parameters
    ----------
    scan
        Open scan.
    phases
        Phases with their complete unit cells.
    settings
        Settings of the template matching.
    progress
        Function that is called with the number of patterns of each block, whether newly matched or loaded.

    Returns
    -------
    labels : CrystalMap
        Labels with the properties Q and R, the bounds of 68 and 95 % of the errors, "uncertainty" and
        "uncertainty_95" (degrees), of refined solutions, "out_of_distribution" (1 for patterns that these do
        not explain), and, if the settings request further solutions,
        ``match<k>_euler``, ``match<k>_phase_id`` and ``match<k>_Q`` of the second and further solutions.
    origin : dict
        Provenance of the labels.

    Raises
    ------
    KerasStemError
        If the scan lacks a calibration, a phase cannot be simulated, the patterns cannot be read or the
        blocks cannot be written.
    """
    blocks, labels, origin = _match(scan, phases, settings, progress)
    blocks.forget()
    return labels, origin


def label_scan(
    path: str | Path,
    phases: list[Phase],
    settings: Matching,
    progress: Callable[[int], None] = lambda patterns: None,
) -> None:
    """Match the patterns of a scan file as `match_scan` does, and write the labels to the file.

    Finished blocks are kept until the labels are written, which fails while another program reads the file.
    """
    with Scan(path) as scan:
        blocks, labels, origin = _match(scan, phases, settings, progress)
    append_labels(path, labels, origin)
    blocks.forget()


def _match(
    scan: Scan, phases: list[Phase], settings: Matching, progress: Callable[[int], None]
) -> tuple["_Blocks", CrystalMap, dict[str, str]]:
    scan.require_signal()
    settings = settings.complete(scan.info)
    blocks = _Blocks(scan, phases, settings)
    matcher = _BlockMatcher(scan, phases, settings)
    for number, positions in enumerate(blocks.positions):
        if not blocks.path(number).exists():
            blocks.keep(number, matcher.match(positions))
        progress(len(positions))
    origin = {
        "method": f"template matching, keras_stem {__version__}",
        "frame": ORIX_FRAME,
        "settings": json.dumps(asdict(settings)),
    }
    return blocks, _labels(scan, phases, blocks.join(), settings), origin


def true_errors(labels: CrystalMap) -> tuple[float, float] | None:
    """Return the errors of the labels of a simulated scan, or None for any other scan.

    Parameters
    ----------
    labels
        Labels of a scan of one phase.

    Returns
    -------
    tuple of float
        Median disorientation from the ground truth inside the sample (degrees), and the same modulo the 180
        degree in-plane ambiguity.
    """
    if not {"truth_euler", "truth_grain"} <= set(labels.prop):
        return None
    inside = np.asarray(labels.prop["truth_grain"]) != OUTSIDE
    truth = Rotation.from_euler(np.asarray(labels.prop["truth_euler"])[inside])
    found = Rotation(labels.rotations.data[inside])
    symmetry = proper_point_group(single_phase(labels))
    angles = [disorientation(truth, way, symmetry) for way in (found, found * BEAM_TWOFOLD)]
    return float(np.rad2deg(np.median(angles[0]))), float(np.rad2deg(np.median(np.minimum(*angles))))


def phases_to_match(scan: Scan, given: Sequence[GivenPhase]) -> list[Phase]:
    """Return the given phases or, if there are none, those of the labels of the scan.

    Raises
    ------
    KerasStemError
        If no phases are given and the labels contain none with atoms.
    """
    if given:
        return [one.phase for one in given]
    known = phases_of(scan.labels).values() if scan.has_labels else ()
    phases = [phase for phase in known if len(phase.structure)]
    if not phases:
        raise KerasStemError(f"{scan.path} does not contain the atoms of its phase; give --cif FILE.")
    return phases


class _BlockMatcher:
    """Template matching of positions of a scan; the templates are computed at the first use."""

    def __init__(self, scan: Scan, phases: list[Phase], settings: Matching):
        self._scan = scan
        self._phases = phases
        self._settings = settings
        self._finder = SpotFinder(scan.info.detector, settings)
        self._matchers: list[Matcher] = []

    def match(self, positions: np.ndarray) -> Solutions:
        detector, settings = self._scan.info.detector, self._settings
        if not self._matchers:
            self._matchers = [Matcher(phase, detector, settings) for phase in self._phases]
        images = self._finder(self._scan.read(positions))
        found = [matcher.match(images) for matcher in self._matchers]
        return rank(found, self._phases, settings.runner_up, settings.best)


class _Blocks:
    """Solutions of the blocks of a scan on disk, in a folder named by a hash of scan, phases and settings."""

    def __init__(self, scan: Scan, phases: list[Phase], settings: Matching):
        plain = [
            _METHOD,
            asdict(settings),
            [fingerprint(phase) for phase in phases],
            str(scan.path.resolve()),
        ]
        size = max(1, min(BLOCK_PATTERNS, BLOCK_PIXELS // np.prod(scan.info.detector.shape)))
        key = hashlib.sha256(json.dumps([*plain, scan.pattern_fingerprint, int(size)]).encode())
        self._folder = state_folder() / "matching" / key.hexdigest()[:16]
        firsts = range(0, len(scan), size)
        self.positions = [np.arange(first, min(first + size, len(scan))) for first in firsts]

    def path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.npz"

    def keep(self, number: int, solutions: Solutions) -> None:
        existing_folder(self._folder)
        with complete_file(self.path(number)) as partial, partial.open("wb") as file:
            np.savez(
                file,
                rotations=solutions.rotations.data,
                phase_id=solutions.phase_id,
                q=solutions.q,
                r=solutions.r,
                evidence=solutions.evidence,
                disks=solutions.disks,
            )

    def join(self) -> Solutions:
        kept = []
        for number in range(len(self.positions)):
            with np.load(self.path(number)) as file:
                kept.append(dict(file))
        joined = {name: np.concatenate([block[name] for block in kept]) for name in kept[0]}
        return Solutions(Rotation(joined.pop("rotations")), **joined)

    def forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _labels(scan: Scan, phases: list[Phase], solutions: Solutions, settings: Matching) -> CrystalMap:
    info = scan.info
    quaternions = solutions.rotations.data
    properties = {"Q": solutions.q[:, 0], "R": solutions.r}
    if settings.refine:  # templates alone are as far off as their distance
        marked = unexplained(solutions.q[:, 0], solutions.disks)
        bounds = error_bounds(solutions.evidence, marked)
        for name, bound in zip(("uncertainty", "uncertainty_95"), bounds, strict=True):
            properties[name] = np.where(solutions.phase_id[:, 0] < 0, np.nan, bound)
        properties["out_of_distribution"] = marked.astype(np.uint8)
    for k in range(1, quaternions.shape[1]):
        properties[f"match{k + 1}_euler"] = euler_of(Rotation(quaternions[:, k]))
        properties[f"match{k + 1}_phase_id"] = solutions.phase_id[:, k]
        properties[f"match{k + 1}_Q"] = solutions.q[:, k]
    return crystal_map(
        Rotation(quaternions[:, 0]),
        phases,
        info.shape,
        info.steps,
        info.unit,
        properties,
        solutions.phase_id[:, 0],
    )
