"""Coherence of two maps, with intervals over grains: ``python -m paper.coherence SCAN STUDY...``.

Neighbours in a grain are not independent, since whole grains are right or wrong together. Intervals are
therefore those of a bootstrap over grains, the same ones in both maps.
"""

from pathlib import Path

import click
import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from paper.findings import Truth, agreements, maps

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
@click.argument("studies", nargs=-1, required=True)
def main(path: Path, studies: tuple[str, ...]) -> None:
    """Print the coherence of the maps of two models and their difference, in percent."""
    with Scan(path) as scan:
        truth = Truth.of(scan)
        found = {name: agreements(answers, truth) for name, answers in maps(scan, studies)}
    if len(found) != 2:
        raise KerasStemError(f"Expected studies with two models of different names, found {len(found)}.")
    agree = np.array(list(found.values()))
    samples = shares(agree, truth.grains[truth.same, 0])
    for name, one, drawn in zip(found, agree, samples, strict=True):
        click.echo(f"{name}: {100 * one.mean():.1f} ({interval(drawn)})")
    click.echo(
        f"difference: {100 * (agree[1].mean() - agree[0].mean()):.1f} ({interval(samples[1] - samples[0])})"
    )


if __name__ == "__main__":
    main()
