"""Consensus of whole maps: ``python -m judge.consensus``.

Scans of bent, overlapping grains are matched, and the answers of the patterns alone are compared with those
of belief propagation, of pooled grains, and of both. The oracle pools the same refined candidates over the
true grains. Rates are those of clear positions, where one grain has at least 80 % of the scattering.
"""

import json
from dataclasses import dataclass

import click
import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from scipy.ndimage import maximum_filter
from scipy.stats import t

from judge import crystals
from judge.environments import digest, work_folder
from judge.matched import RIGHT, SETTINGS, candidates_of
from judge.method import own_sources
from judge.polycrystals import GRAINS, POLYCRYSTALS, SHAPE, polycrystal_patterns
from judge.test_set import TestSet
from keras_stem.consensus.answers import ConsensusMap
from keras_stem.consensus.belief import beliefs, likelihoods
from keras_stem.consensus.candidates import CandidateMap, candidate_map
from keras_stem.consensus.consensus import PatternRefinement
from keras_stem.consensus.decision import decide
from keras_stem.consensus.fragments import Fragments, find_fragments
from keras_stem.consensus.joining import Joining
from keras_stem.consensus.settings import Consensus
from keras_stem.consensus.statement import UNIT, properties_of
from keras_stem.consensus.trials import try_orientations
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.grains import in_order, neighbour_pairs
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.simulate.microstructure import Truth

CLEAR = 0.8
"""Share of the scattering from which a position is clear."""

CONSENSUS = Consensus()


@dataclass(frozen=True)
class Matched:
    """A scan with its candidates."""

    symmetry: Symmetry
    truth: Truth
    candidates: CandidateMap
    refine: PatternRefinement

    def errors(self, quaternions: np.ndarray) -> np.ndarray:
        """Return the disorientation of orientations, shape (n, 4), from the truth (degrees), shape (n,)."""
        truth = self.truth.dominant.rotations
        return np.rad2deg(disorientation(Rotation(quaternions), truth, self.symmetry))

    def pooled(self, believed: np.ndarray, fragments: Fragments) -> ConsensusMap:
        """Return the answers of fragments after joining."""
        trials = try_orientations(self.candidates, fragments, self.refine, CONSENSUS)
        known = self.candidates.disks, self.candidates.symmetry
        regions = Joining(fragments, trials, *known, CONSENSUS).regions()
        return decide(self.candidates, believed, trials, regions, CONSENSUS)


def matched(test_set: TestSet, seed: int) -> Matched:
    """Return a scan, matched at the defaults of ``kstem label match``."""
    patterns, truth = polycrystal_patterns(test_set, SHAPE, GRAINS, seed, keep=False)
    phase, detector = crystals.phase(test_set.crystal), test_set.instrument.detector
    settings = SETTINGS.for_instrument(test_set.instrument)
    candidates = candidate_map(SHAPE, [phase], [candidates_of(test_set, patterns)])
    refine = PatternRefinement(
        lambda positions: patterns.counts[positions],
        SpotFinder(detector, settings),
        [SpotComparison(phase, detector, settings)],
    )
    return Matched(test_set.symmetry, truth, candidates, refine)


def results(scan: Matched) -> dict[str, float]:
    """Return all figures of a scan, shares in percent."""
    candidates, rows = scan.candidates, np.arange(len(scan.candidates))
    alone = likelihoods(candidates.evidence, UNIT)
    believed = beliefs(candidates, CONSENSUS)
    picks = {"alone": alone.argmax(axis=1), "belief propagation": believed.argmax(axis=1)}
    answers = {name: candidates.quaternions[rows, pick] for name, pick in picks.items()}
    grains = scan.pooled(alone, find_fragments(candidates, alone, CONSENSUS))
    both = scan.pooled(believed, find_fragments(candidates, believed, CONSENSUS))
    true = Fragments(in_order(scan.truth.dominant.number), picks["alone"], np.zeros((0, 2), int))
    oracle = scan.pooled(believed, true)
    answers |= {"grains": grains.quaternions, "both": both.quaternions, "oracle": oracle.quaternions}
    clear = np.asarray(scan.truth.dominant.weight) >= CLEAR
    errors = {name: scan.errors(quaternions) for name, quaternions in answers.items()}
    found = {f"wrong, {name}": 100 * np.mean(e[clear] > RIGHT) for name, e in errors.items()}
    found |= {f"median, {name}": float(np.median(errors[name][clear])) for name in ("alone", "both")}
    right = {name: errors[name] <= RIGHT for name in ("alone", "both")}
    stated = {"alone": alone.max(axis=1), "both": both.probability}
    for name, probability in stated.items():
        found |= _calibration(f"{name}, all positions", probability, right[name])
        found |= _calibration(name, probability[clear], right[name][clear])
    doubted = both.ambiguous[clear]
    found["ambiguous of wrong"] = 100 * float(np.mean(doubted[~right["both"][clear]]))
    found["ambiguous of right"] = 100 * float(np.mean(doubted[right["both"][clear]]))
    stated = properties_of(both, candidates.disks)
    found |= _bounds(stated["uncertainty"], stated["uncertainty_95"], errors["both"])
    return found | _boundaries(scan, both.quaternions)


def _bounds(bound_68: np.ndarray, bound_95: np.ndarray, wrong_by: np.ndarray) -> dict[str, float]:
    """Return how often stated bounds hold, of all positions."""
    sure = bound_68 < 1
    return {
        "errors below the bound of 68 %": 100 * float(np.mean(wrong_by <= bound_68)),
        "errors below the bound of 95 %": 100 * float(np.mean(wrong_by <= bound_95)),
        "stated below 1 deg": 100 * float(np.mean(sure)),
        "of these above 5 deg": 100 * float(np.mean(wrong_by[sure] > RIGHT)),
    }


def _calibration(name: str, probability: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Return the expected calibration error in ten bins, and how many sure answers are wrong."""
    bins = np.minimum((10 * probability).astype(int), 9)
    away = [
        abs(probability[bins == k].mean() - right[bins == k].mean()) * np.mean(bins == k)
        for k in range(10)
        if np.any(bins == k)
    ]
    sure = probability > 0.95
    return {f"ECE, {name}": sum(away), f"wrong above 0.95, {name}": 100 * float(np.mean(~right[sure]))}


def _boundaries(scan: Matched, quaternions: np.ndarray) -> dict[str, float]:
    """Return how well boundaries above 5 degrees are found within one position."""
    true, found = _edges(scan.truth.dominant.rotations, scan), _edges(Rotation(quaternions), scan)
    near = [maximum_filter(edges, (3, 3, 1)).max(axis=-1) for edges in (found, true)]
    recall, right = (edges.any(axis=-1) & (ok > 0) for edges, ok in zip((true, found), near, strict=True))
    return {
        "boundary recall": 100 * recall.sum() / true.any(axis=-1).sum(),
        "false boundaries": 100 * (1 - right.sum() / found.any(axis=-1).sum()),
        "boundary length": 100 * found.sum() / true.sum(),
    }


def _edges(rotations: Rotation, scan: Matched) -> np.ndarray:
    """Return whether positions differ from those to the right and below, shape (rows, columns, 2)."""
    pairs = neighbour_pairs(SHAPE)
    apart = disorientation(rotations[pairs[:, 0]], rotations[pairs[:, 1]], scan.symmetry)
    out = np.zeros((*SHAPE, 2), np.uint8)
    beside = pairs[:, 1] - pairs[:, 0] == 1
    for direction, chosen in enumerate((beside, ~beside)):
        flat = np.zeros(SHAPE[0] * SHAPE[1], np.uint8)
        flat[pairs[chosen, 0]] = apart[chosen] > np.deg2rad(RIGHT)
        out[..., direction] = flat.reshape(SHAPE)
    return out


@click.command()
@click.option("--set", "names", multiple=True, help="Names of the sets.  [all]")
@click.option(
    "--scans", type=click.IntRange(2), default=10, show_default=True, help="Number of scans of each set."
)
@click.option("--seed", default=2000, show_default=True, help="Seed of the first scan.")
def main(names: tuple[str, ...], scans: int, seed: int) -> None:
    """Print means over scans, with intervals of 95 % of the mean; finished scans are kept."""
    folder = work_folder() / "consensus" / digest(*own_sources())
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or tuple(POLYCRYSTALS):
        found = []
        for number in range(seed, seed + scans):
            path = folder / f"{name}-{number}.json"
            if not path.exists():
                path.write_text(json.dumps(results(matched(POLYCRYSTALS[name], number))))
            found.append(json.loads(path.read_text()))
        click.echo(f"{name}, {scans} scans")
        for key in found[0]:
            values = np.array([one[key] for one in found])
            values = values[np.isfinite(values)]  # a scan without wrong answers tells nothing of those
            half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
            click.echo(f"  {key}: {values.mean():.3f} ± {half:.3f}")


if __name__ == "__main__":
    main()
