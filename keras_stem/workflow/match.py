"""Labelling of a whole scan by template matching, block by block."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.consensus.answers import ConsensusMap
from keras_stem.consensus.consensus import reach_consensus
from keras_stem.consensus.statement import properties_of
from keras_stem.consensus.trials import Progress
from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.frames import ORIX_FRAME
from keras_stem.crystal.grains import OUTSIDE
from keras_stem.crystal.map_phases import phases_of, single_phase
from keras_stem.crystal.pairing import GivenPhase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.calibration import error_bounds, unexplained
from keras_stem.indexing.ranking import Solutions
from keras_stem.indexing.settings import Matching
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.version import __version__
from keras_stem.workflow.match_blocks import MatchedBlocks

if TYPE_CHECKING:
    from distributed import Client


def match_scan(
    scan: Scan,
    phases: list[Phase],
    settings: Matching,
    progress: Callable[[int], None] = lambda patterns: None,
    consensus: bool = False,
    agreeing: Progress = lambda done, total: None,
    client: "Client | None" = None,
) -> tuple[CrystalMap, dict[str, str]]:
    """Determine the orientation, phase, Q and R at every position of a scan by template matching.

    Finished blocks are kept on disk, from which an interrupted matching resumes with the same settings.

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
    consensus
        Whether neighbours decide between the solutions of each pattern (`keras_stem.consensus`).
    agreeing
        Progress of the consensus, as for `keras_stem.consensus.consensus.reach_consensus`.
    client
        Client of a Dask cluster whose workers, which see the scan under the same path, match.

    Returns
    -------
    labels : CrystalMap
        Labels with the properties Q and R, the bounds of 68 and 95 % of the errors, "uncertainty" and
        "uncertainty_95" (degrees), of refined solutions, "out_of_distribution" (1 for patterns that these do
        not explain), and, if the settings request further solutions,
        ``match<k>_euler``, ``match<k>_phase_id`` and ``match<k>_Q`` of the second and further solutions; with
        a consensus, also the properties of `keras_stem.consensus.statement.properties_of`.
    origin : dict
        Provenance of the labels.

    Raises
    ------
    KerasStemError
        If the scan lacks a calibration, a phase cannot be simulated, the patterns cannot be read or the
        blocks cannot be written; with a consensus, also if the solutions are not refined.
    """
    blocks, labels, origin = _match(scan, phases, settings, progress, consensus, agreeing, client)
    blocks.forget()
    return labels, origin


def label_scan(
    path: str | Path,
    phases: list[Phase],
    settings: Matching,
    progress: Callable[[int], None] = lambda patterns: None,
    consensus: bool = False,
    agreeing: Progress = lambda done, total: None,
    client: "Client | None" = None,
) -> None:
    """Match the patterns of a scan file as `match_scan` does, and write the labels to the file.

    Finished blocks are kept until the labels are written, which fails while another program reads the file.
    """
    with Scan(path) as scan:
        blocks, labels, origin = _match(scan, phases, settings, progress, consensus, agreeing, client)
    append_labels(path, labels, origin)
    blocks.forget()


def _match(
    scan: Scan,
    phases: list[Phase],
    settings: Matching,
    progress: Callable[[int], None],
    consensus: bool,
    agreeing: Progress,
    client: "Client | None",
) -> tuple[MatchedBlocks, CrystalMap, dict[str, str]]:
    scan.require_signal()
    settings = settings.complete(scan.info)
    if consensus and not settings.refine:
        raise KerasStemError("Expected refined solutions for a consensus, found --refine 0.")
    blocks = MatchedBlocks(scan, phases, settings, consensus, client)
    blocks.match(progress)
    origin = {
        "method": f"template matching, keras_stem {__version__}",
        "frame": ORIX_FRAME,
        "settings": json.dumps(asdict(settings)),
        "consensus": "yes" if consensus else "no",
    }
    solutions, candidates = blocks.results()
    if candidates is None:
        return blocks, _labels(scan, phases, solutions, _known_of(solutions, settings)), origin
    agreed = reach_consensus(candidates, blocks.refinement(), progress=agreeing)
    solutions = _with_answers(solutions, agreed, phases, settings.runner_up)
    return blocks, _labels(scan, phases, solutions, properties_of(agreed, solutions.disks)), origin


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


def _with_answers(
    solutions: Solutions, agreed: ConsensusMap, phases: Sequence[Phase], runner_up: float
) -> Solutions:
    """Return solutions whose first is the answer of a consensus, which replaces the one nearest to it.

    R refers to the answer: it is 0 where the pattern alone prefers another solution.
    """
    count, most = solutions.phase_id.shape
    same = np.zeros((count, most), bool)
    for number, phase in enumerate(phases):
        for k in range(most):
            own = np.flatnonzero((agreed.phase == number) & (solutions.phase_id[:, k] == number))
            pair = Rotation(solutions.rotations.data[own, k]), Rotation(agreed.quaternions[own])
            same[own, k] = disorientation(*pair, proper_point_group(phase)) < np.deg2rad(runner_up)
    replaced = np.where(same.any(axis=1), same.argmax(axis=1), most - 1)
    order = np.argsort(np.where(np.arange(most) == replaced[:, None], -1, np.arange(most)), axis=1)
    rotations = np.take_along_axis(solutions.rotations.data, order[..., None], axis=1)
    phase_id, q = (np.take_along_axis(v, order, axis=1) for v in (solutions.phase_id, solutions.q))
    second = np.where(same[:, 0], solutions.q[:, 0] * (1 - solutions.r / 100), solutions.q[:, 0])
    rotations[:, 0], phase_id[:, 0] = agreed.quaternions, agreed.phase
    q[:, 0] = np.minimum(100 * agreed.correlation, 100)
    ratio = np.divide(second, q[:, 0], out=np.ones(count), where=q[:, 0] > 0)
    r = 100 * np.clip(1 - ratio, 0, 1)
    return Solutions(Rotation(rotations), phase_id, q, r, agreed.evidence, solutions.disks)


def _known_of(solutions: Solutions, settings: Matching) -> dict[str, np.ndarray]:
    """Return the bounds of the errors of refined solutions, and which patterns these do not explain."""
    if not settings.refine:  # templates alone are as far off as their distance
        return {}
    marked = unexplained(solutions.q[:, 0], solutions.disks)
    bound_68, bound_95 = error_bounds(solutions.evidence, marked)
    return {
        "uncertainty": bound_68,
        "uncertainty_95": bound_95,
        "out_of_distribution": marked.astype(np.uint8),
    }


def _labels(
    scan: Scan, phases: list[Phase], solutions: Solutions, known: dict[str, np.ndarray]
) -> CrystalMap:
    info = scan.info
    quaternions = solutions.rotations.data
    properties = {"Q": solutions.q[:, 0], "R": solutions.r, **known}
    for name in ("uncertainty", "uncertainty_95"):
        if name in known:
            properties[name] = np.where(solutions.phase_id[:, 0] < 0, np.nan, known[name])
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
