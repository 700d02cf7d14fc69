"""What the subsets of a simulated scan hold: ``python -m paper.subsets SCAN``.

How many of their labels are wrong, and how many grains DS_R leaves out.
"""

from pathlib import Path

import click
import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import SUBSETS, Thresholds, subset
from paper.findings import Truth

WRONG = 5.0
"""Smallest disorientation from the truth of a wrong label (degrees)."""

SEEN = 0.1
"""Smallest share of the positions of a grain in DS_Q that are in DS_R, for a grain that DS_R shows."""


def wrong_labels(scan: Scan, name: str) -> tuple[int, float]:
    """Return the number of labels of a subset, which not all positions have, and the share of wrong ones."""
    labels = scan.labels
    chosen = subset(labels, name, Thresholds())
    chosen = chosen[np.asarray(labels.phase_id)[chosen] >= 0]
    truth = Rotation.from_euler(np.asarray(labels.prop["truth_euler"])[chosen])
    angles = np.rad2deg(disorientation(labels.rotations[chosen], truth, proper_point_group(scan.phase)))
    return len(chosen), float(np.mean(angles > WRONG))


def unseen(scan: Scan) -> tuple[int, int, float]:
    """Return the number of grains in DS_Q, and how many DS_R hardly shows; the vacuum is no grain.

    The last value is the share of the positions of these grains in what DS_Q has beyond DS_R.
    """
    labels = scan.labels
    grain = np.asarray(labels.prop["truth_grain"])
    in_q, in_r = (subset(labels, name, Thresholds()) for name in ("DS_Q", "DS_R"))
    in_q, in_r = (positions[grain[positions] >= 0] for positions in (in_q, in_r))
    counts = np.bincount(grain[in_q])
    share = np.bincount(grain[in_r], minlength=len(counts)) / np.maximum(counts, 1)
    hardly = (share < SEEN) & (counts > 0)
    return int(np.sum(counts > 0)), int(hardly.sum()), float(np.mean(hardly[grain[np.setdiff1d(in_q, in_r)]]))


def shares_by_weight(scan: Scan) -> dict[str, float]:
    """Return the shares of the positions of DS_Q that are in DS_R, by the weight of the second grain."""
    truth = Truth.of(scan)
    in_r = np.isin(truth.chosen, subset(scan.labels, "DS_R", Thresholds()))
    return {weight: float(np.mean(in_r[here])) for weight, here in truth.by_weight.items()}


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def main(path: Path) -> None:
    """Print what the subsets of a simulated scan hold."""
    with Scan(path) as scan:
        for name in SUBSETS:
            count, share = wrong_labels(scan, name)
            click.echo(f"{name}: {count} labels, {share:.1%} of them wrong by more than {WRONG:g}°")
        grains, hardly, share = unseen(scan)
        by_weight = shares_by_weight(scan)
    click.echo(f"{hardly} of {grains} grains have less than {SEEN:.0%} of their positions of DS_Q in DS_R;")
    click.echo(f"{share:.0%} of the positions that are in DS_Q but not in DS_R are in these grains.")
    for weight, share in by_weight.items():
        click.echo(f"second grain's weight {weight}: {share:.0%} of the positions of DS_Q are in DS_R")


if __name__ == "__main__":
    main()
