"""Recall of the template bank: ``python -m judge.recall``.

A solution that the bank does not offer cannot be chosen. The recall is the share of patterns for which an
orientation within 5 degrees of the truth is among the refined solutions.
"""

import click
import numpy as np

from judge.matched import RIGHT, candidates_of, errors_of
from judge.registry import test_sets
from judge.scores import Share
from judge.test_set import Patterns, TestSet


def nearest_errors(matrices: np.ndarray, test_set: TestSet, patterns: Patterns) -> np.ndarray:
    """Return the error of the best of k orientations, shape (n, k, 3, 3), for each pattern (degrees)."""
    found = [errors_of(matrices[:, k], test_set, patterns) for k in range(matrices.shape[1])]
    return np.min(found, axis=0)


@click.command()
@click.option("--set", "names", multiple=True, help="Names of test sets.  [all of one crystal with a truth]")
@click.option("--count", default=1000, show_default=True, help="Number of patterns of a set.")
@click.option("--seed", default=0, show_default=True, help="Seed of orientations and noise.")
def main(names: tuple[str, ...], count: int, seed: int) -> None:
    """Print how often the right orientation is among the solutions of the bank, and how often the best."""
    known = test_sets()
    for name in names or [name for name, one in known.items() if one.has_ceiling]:
        one = known[name]
        patterns = one.make(min(count, one.most), seed)
        candidates = candidates_of(one, patterns)
        best = candidates.correlation.argmax(axis=1)[:, None, None, None]
        first = errors_of(np.take_along_axis(candidates.matrices, best, axis=1)[:, 0], one, patterns)
        shares = [
            Share.of(np.sum(wrong_by < RIGHT), len(first))
            for wrong_by in (nearest_errors(candidates.matrices, one, patterns), first)
        ]
        among, right = (f"{s.value:.1%} ({s.low:.1%} to {s.high:.1%})" for s in shares)
        click.echo(f"{name}: {among} among {candidates.matrices.shape[1]}, {right} the best")


if __name__ == "__main__":
    main()
