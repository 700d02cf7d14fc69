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
from scipy.ndimage import maximum_filter

from judge import crystals
from judge.environments import work_folder
from judge.sets.polycrystals import POLYCRYSTALS, SHAPE, Polycrystals
from keras_stem.consensus.belief import beliefs, likelihoods
from keras_stem.consensus.candidates import CandidateMap, candidate_map
from keras_stem.consensus.consensus import PatternRefinement
from keras_stem.consensus.decision import ConsensusMap, decide
from keras_stem.consensus.fragments import Fragments, find_fragments
from keras_stem.consensus.joining import Joining
from keras_stem.consensus.settings import Consensus
from keras_stem.consensus.statement import UNIT
from keras_stem.consensus.trials import try_orientations
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.grains import in_order, neighbour_pairs
from keras_stem.indexing.matching import Candidates, Matcher
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.simulate.microstructure import Truth

CLEAR, RIGHT, BLOCK = 0.8, 5.0, 512
SETTINGS = Consensus()


@dataclass(frozen=True)
class Matched:
    """A scan with its candidates."""

    test_set: Polycrystals
    truth: Truth
    candidates: CandidateMap
    refine: PatternRefinement

    def errors(self, quaternions: np.ndarray) -> np.ndarray:
        """Return the disorientation of orientations, shape (n, 4), from the truth (degrees), shape (n,)."""
        truth = self.truth.dominant.rotations
        return np.rad2deg(disorientation(Rotation(quaternions), truth, self.test_set.symmetry))

    def pooled(self, believed: np.ndarray, fragments: Fragments) -> ConsensusMap:
        """Return the answers of fragments after joining."""
        trials = try_orientations(self.candidates, fragments, self.refine, SETTINGS)
        known = self.candidates.disks, self.candidates.symmetry
        regions = Joining(fragments, trials, *known, SETTINGS).regions()
        return decide(self.candidates, believed, trials, regions, SETTINGS)


def matched(test_set: Polycrystals, seed: int) -> Matched:
    """Return a scan of a set, matched at the defaults of ``kstem label match``."""
    counts, truth = test_set.scan(seed)
    instrument, phase = test_set.instrument, crystals.phase(test_set.crystal)
    settings = Matching().for_instrument(instrument)
    finder = SpotFinder(instrument.detector, settings)
    matcher = Matcher(phase, instrument.detector, settings)
    blocks = [matcher.match(finder(counts[k : k + BLOCK])) for k in range(0, len(counts), BLOCK)]
    found = Candidates(
        *(np.concatenate([getattr(b, name) for b in blocks]) for name in ("matrices", "correlation", "disks"))
    )
    candidates = candidate_map(SHAPE, [phase], [found])
    return Matched(
        test_set, truth, candidates, PatternRefinement(lambda p: counts[p], finder, [matcher.comparison])
    )


def results(scan: Matched) -> dict[str, float]:
    """Return all figures of a scan, shares in percent."""
    candidates, rows = scan.candidates, np.arange(len(scan.candidates))
    alone = likelihoods(candidates.evidence, UNIT)
    believed = beliefs(candidates, SETTINGS)
    picks = {"alone": alone.argmax(axis=1), "belief propagation": believed.argmax(axis=1)}
    answers = {name: candidates.quaternions[rows, pick] for name, pick in picks.items()}
    grains = scan.pooled(alone, find_fragments(candidates, alone, SETTINGS))
    both = scan.pooled(believed, find_fragments(candidates, believed, SETTINGS))
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
    return found | _boundaries(scan, both.quaternions)


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
    apart = disorientation(rotations[pairs[:, 0]], rotations[pairs[:, 1]], scan.test_set.symmetry)
    out = np.zeros((*SHAPE, 2), np.uint8)
    beside = pairs[:, 1] - pairs[:, 0] == 1
    for direction, chosen in enumerate((beside, ~beside)):
        flat = np.zeros(SHAPE[0] * SHAPE[1], np.uint8)
        flat[pairs[chosen, 0]] = apart[chosen] > np.deg2rad(RIGHT)
        out[..., direction] = flat.reshape(SHAPE)
    return out


@click.command()
@click.option("--set", "names", multiple=True, help="Names of the sets.  [all]")
@click.option("--scans", default=10, show_default=True, help="Number of scans of each set.")
@click.option("--seed", default=2000, show_default=True, help="Seed of the first scan.")
def main(names: tuple[str, ...], scans: int, seed: int) -> None:
    """Print means over scans, with intervals of 95 % of the mean; finished scans are kept."""
    folder = work_folder() / "consensus"
    folder.mkdir(exist_ok=True)
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
            half = 2.26 * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
            click.echo(f"  {key}: {np.nanmean(values):.3f} ± {half:.3f}")


if __name__ == "__main__":
    main()
