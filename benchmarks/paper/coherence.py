"""Coherence of two maps, with intervals over grains: ``python -m paper.coherence SCAN STUDY FIRST SECOND``.

Neighbours in a grain are not independent, since whole grains are right or wrong together. Intervals are
therefore those of a bootstrap over grains, the same ones in both maps.
"""

from pathlib import Path

import click
import numpy as np

from keras_stem.scan.scan import Scan
from keras_stem.workflow.compare import named_study_rows
from paper.findings import Truth, agreements, answers

DRAWS = 4000
"""Number of bootstrap samples of the grains."""


def shares(agree: np.ndarray, grains: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the shares of neighbours that agree in bootstrap samples of the grains (percent).

    Parameters
    ----------
    agree
        Whether neighbours agree in each of the maps, shape (maps, m), bool.
    grains
        Identifiers of the grains of the neighbours, shape (m,).
    seed
        Seed of the samples.

    Returns
    -------
    ndarray
        Shape (maps, samples).
    """
    _, grain, counts = np.unique(grains, return_inverse=True, return_counts=True)
    drawn = np.random.default_rng(seed).integers(0, len(counts), (DRAWS, len(counts)))
    totals = np.array([np.bincount(grain, weights=one) for one in agree])
    return 100 * totals[:, drawn].sum(axis=-1) / counts[drawn].sum(axis=-1)


def interval(values: np.ndarray) -> str:
    """Return the 95 % interval of bootstrap samples as text."""
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{low:.1f} to {high:.1f}"


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("study")
@click.argument("trainings", nargs=2, metavar="FIRST SECOND")
def main(path: Path, study: str, trainings: tuple[str, str]) -> None:
    """Print the coherence of the maps of two trainings of a study and their difference, in percent."""
    runs = {row.name: row.run_id for row in named_study_rows(study)}
    if unknown := [name for name in trainings if name not in runs]:
        raise click.UsageError(f"{study} has no finished training {unknown[0]!r}; it has {sorted(runs)}.")
    with Scan(path) as scan:
        truth = Truth.of(scan)
        agree = np.array([agreements(answers(runs[name], scan), truth) for name in trainings])
    samples = shares(agree, truth.grains[truth.same, 0])
    for name, one, drawn in zip(trainings, agree, samples, strict=True):
        click.echo(f"{name}: {100 * one.mean():.1f} ({interval(drawn)})")
    difference = 100 * (agree[1].mean() - agree[0].mean())
    click.echo(f"difference: {difference:.1f} ({interval(samples[1] - samples[0])})")


if __name__ == "__main__":
    main()
