"""Marks of patterns that matched orientations do not explain: ``python -m judge.marks``.

Right orientations should be marked rarely; vacuum, amorphous samples and other crystals should be marked.
"""

import click
import numpy as np

from judge import crystals
from judge.matched import RIGHT, SETTINGS, candidates_of, errors_of
from judge.registry import test_sets
from judge.test_set import Patterns, TestSet
from keras_stem.indexing.calibration import unexplained
from keras_stem.indexing.ranking import rank


def marked_and_right(test_set: TestSet, patterns: Patterns) -> tuple[np.ndarray, np.ndarray]:
    """Return which matched patterns are marked, and which have the right orientation, shapes (n,)."""
    found = rank(
        [candidates_of(test_set, patterns)], [crystals.phase(test_set.crystal)], SETTINGS.runner_up, 1
    )
    wrong_by = errors_of(found.rotations[:, 0].to_matrix(), test_set, patterns)
    return unexplained(found.q[:, 0], found.disks), wrong_by < RIGHT


def _share(marked: np.ndarray) -> str:
    return f"{marked.mean():.1%} of {len(marked)}" if len(marked) else "none"


@click.command()
@click.option("--set", "names", multiple=True, help="Names of test sets.  [all of single patterns]")
@click.option("--count", default=1000, show_default=True, help="Number of patterns of a set.")
@click.option("--seed", default=0, show_default=True, help="Seed of orientations and noise.")
def main(names: tuple[str, ...], count: int, seed: int) -> None:
    """Print which share of right and of wrong orientations is marked."""
    known = test_sets()
    single = [name for name, one in known.items() if one.has_ceiling or one.needs_bounds]
    for name in names or single:
        marked, right = marked_and_right(known[name], known[name].make(min(count, known[name].most), seed))
        click.echo(f"{name}: marked are {_share(marked[right])} right, {_share(marked[~right])} wrong")


if __name__ == "__main__":
    main()
