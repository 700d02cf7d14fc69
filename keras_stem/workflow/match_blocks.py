"""Results of template matching, block by block on disk until a whole scan is matched."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.consensus.candidates import CandidateMap
from keras_stem.crystal.phase import fingerprint
from keras_stem.environment import state_folder
from keras_stem.files import complete_file, existing_folder
from keras_stem.indexing.ranking import Solutions
from keras_stem.indexing.settings import Matching
from keras_stem.scan.scan import Scan

BLOCK_PATTERNS, BLOCK_PIXELS = 512, 2**25
"""Largest number of patterns and of their pixels per block; the results of each block are saved to disk."""

_METHOD = "visibility, disks"
"""Name of the way of matching, whose blocks are not those of another version's."""

_SOLUTIONS = ("phase_id", "q", "r", "evidence", "disks")
_CANDIDATES = ("quaternions", "phase", "correlation")


class Blocks:
    """Solutions of the blocks of a scan on disk, in a folder named by a hash of scan, phases and settings.

    Parameters
    ----------
    scan
        Open scan.
    phases
        The phases.
    settings
        Complete settings.
    with_candidates
        Whether the candidates of each pattern are kept, too.
    """

    def __init__(self, scan: Scan, phases: Sequence[Phase], settings: Matching, with_candidates: bool):
        plain = [
            _METHOD,
            asdict(settings),
            [fingerprint(phase) for phase in phases],
            str(scan.path.resolve()),
            with_candidates,
        ]
        self._phases, self._shape = phases, scan.info.shape
        size = max(1, min(BLOCK_PATTERNS, BLOCK_PIXELS // np.prod(scan.info.detector.shape)))
        key = hashlib.sha256(json.dumps([*plain, scan.pattern_fingerprint, int(size)]).encode())
        self._folder = state_folder() / "matching" / key.hexdigest()[:16]
        firsts = range(0, len(scan), size)
        self.positions = [np.arange(first, min(first + size, len(scan))) for first in firsts]

    def path(self, number: int) -> Path:
        """Return the path of a block, which exists if the block is matched."""
        return self._folder / f"{number:06d}.npz"

    def keep(self, number: int, solutions: Solutions, candidates: CandidateMap | None) -> None:
        """Write the results of a block."""
        existing_folder(self._folder)
        arrays = {name: getattr(solutions, name) for name in _SOLUTIONS}
        if candidates is not None:
            arrays |= {name: getattr(candidates, name) for name in _CANDIDATES}
        with complete_file(self.path(number)) as partial, partial.open("wb") as file:
            np.savez(file, rotations=solutions.rotations.data, **arrays)

    def solutions(self) -> Solutions:
        """Return the solutions of the whole scan."""
        joined = self._joined(("rotations", *_SOLUTIONS))
        return Solutions(Rotation(joined.pop("rotations")), **joined)

    def candidates(self) -> CandidateMap:
        """Return the candidates of the whole scan."""
        return CandidateMap(self._shape, self._phases, **self._joined((*_CANDIDATES, "disks")))

    def forget(self) -> None:
        """Delete the blocks."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _joined(self, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
        for number in range(len(self.positions)):
            with np.load(self.path(number)) as file:
                for name in names:
                    parts[name].append(file[name])
        return {name: np.concatenate(arrays) for name, arrays in parts.items()}
