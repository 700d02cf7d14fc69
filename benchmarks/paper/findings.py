"""What the paper finds, on a simulated scan: ``python -m paper.findings SCAN STUDY...``.

Each model of the studies maps the scan. Inside the true grains, neighbours should agree; at the true
boundaries the answer should change within one step; and where two grains contribute to a pattern, the answer
should be the dominant one.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path

import click
import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.grains import neighbour_pairs
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.inference.scan_map import predict_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow.compare import named_study_rows

COHERENT = 5.0
"""Largest disorientation of neighbours that agree (degrees)."""

BOUNDARY = 15.0
"""Smallest true disorientation of neighbours of two grains whose boundary is looked at (degrees)."""

RIGHT = 10.0
"""Largest disorientation from the orientation of a grain for an answer that is of this grain (degrees)."""

WEIGHTS = (0.0, 0.05, 0.15, 0.25, 0.35, 0.5)
"""Edges of the bins of the second grain's share of the scattering."""


@dataclass(frozen=True)
class Truth:
    """What the simulation knows of a scan.

    Parameters
    ----------
    dominant, second
        Orientations of the two grains that contribute most to each pattern, shape (n,).
    weight
        Share of the second grain in the scattering of both, shape (n,).
    pairs
        Positions of neighbours that are both in DS_Q, shape (m, 2).
    grains
        Identifiers of the true grains of the neighbours, shape (m, 2).
    chosen
        Positions of DS_Q, ascending.
    symmetry
        Proper point group.
    """

    dominant: Rotation
    second: Rotation
    weight: np.ndarray
    pairs: np.ndarray
    grains: np.ndarray
    chosen: np.ndarray
    symmetry: Symmetry

    @classmethod
    def of(cls, scan: Scan) -> "Truth":
        """Return what a simulated scan with labels knows."""
        labels = scan.labels
        chosen = subset(labels, "DS_Q", Thresholds())
        pairs = neighbour_pairs(scan.info.shape)
        pairs = pairs[np.isin(pairs, chosen).all(axis=1)]
        weights = [np.asarray(labels.prop[f"{name}_weight"]) for name in ("truth", "second")]
        return cls(
            Rotation.from_euler(labels.prop["truth_euler"]),
            Rotation.from_euler(labels.prop["second_euler"]),
            weights[1] / np.maximum(sum(weights), 1e-9),
            pairs,
            np.asarray(labels.prop["truth_grain"])[pairs],
            chosen,
            proper_point_group(scan.phase),
        )

    @cached_property
    def same(self) -> np.ndarray:
        """Whether the neighbours are of one true grain, shape (m,), bool."""
        return self.grains[:, 0] == self.grains[:, 1]

    @cached_property
    def distances(self) -> np.ndarray:
        """Disorientations of the dominant grains of neighbours (degrees)."""
        return self.angles(self.dominant[self.pairs[:, 0]], self.dominant[self.pairs[:, 1]])

    @cached_property
    def edges(self) -> np.ndarray:
        """Whether the neighbours are on two sides of a boundary that is looked at, shape (m,), bool."""
        return ~self.same & (self.distances > BOUNDARY)

    @cached_property
    def by_weight(self) -> dict[str, np.ndarray]:
        """Masks of the positions of DS_Q by the weight of the second grain."""
        bins = np.digitize(self.weight[self.chosen], WEIGHTS[1:-1])
        return {f"{low:g}-{high:g}": bins == number for number, (low, high) in enumerate(pairwise(WEIGHTS))}

    def angles(self, first: Rotation, second: Rotation) -> np.ndarray:
        """Return the disorientations of pairs of orientations (degrees)."""
        return np.rad2deg(disorientation(first, second, self.symmetry))


def findings(found: Rotation, truth: Truth) -> dict[str, float]:
    """Return the figures of a map: coherence, sharpness, and the answers where grains overlap (percent)."""
    edges = truth.edges
    sides = truth.pairs[edges]
    steps = truth.angles(found[sides[:, 0]], found[sides[:, 1]])
    values = {
        "coherent": _percent(agreements(found, truth)),
        "sharp": _percent(steps >= truth.distances[edges] / 2),
    }
    wrong_by = truth.angles(found[truth.chosen], truth.dominant[truth.chosen])
    from_second = truth.angles(found[truth.chosen], truth.second[truth.chosen])
    for weight, here in truth.by_weight.items():
        values[f"dominant {weight}"] = _percent(wrong_by[here] <= RIGHT)
        values[f"second {weight}"] = _percent(from_second[here] <= RIGHT)
    return values


def agreements(found: Rotation, truth: Truth) -> np.ndarray:
    """Return whether neighbours of one true grain have answers that differ by at most 5°, bool."""
    pairs = truth.pairs[truth.same]
    return truth.angles(found[pairs[:, 0]], found[pairs[:, 1]]) <= COHERENT


def numbers(truth: Truth) -> dict[str, float]:
    """Return the numbers of neighbours and positions of which the findings are shares."""
    values = {"coherent": float(truth.same.sum()), "sharp": float(truth.edges.sum())}
    for weight, here in truth.by_weight.items():
        values |= {f"{grain} {weight}": float(here.sum()) for grain in ("dominant", "second")}
    return values


def _percent(true: np.ndarray) -> float:
    return 100 * float(np.mean(true)) if len(true) else float("nan")


def markdown(line: Mapping[str, str | float], decimals: int = 1) -> str:
    """Return the findings on a map as a row of a table, with answers by rising weight of the second grain."""
    by_weight = (
        " / ".join(f"{value:.0f}" for name, value in line.items() if name.startswith(grain))
        for grain in ("dominant", "second")
    )
    shares = (f"{line[name]:.{decimals}f}" for name in ("coherent", "sharp"))
    return f"| {' | '.join((str(line['training']), *shares, *by_weight))} |"


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("studies", nargs=-1, required=True)
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(path: Path, studies: tuple[str, ...], table: Path | None) -> None:
    """Print the findings for each model of the studies on a simulated scan, in percent."""
    lines = []
    click.echo("| Map | Coherent | Sharp | Dominant grain | Second grain |\n| --- | --: | --: | --: | --: |")
    with Scan(path) as scan:
        truth = Truth.of(scan)
        for name, found in chain(
            _maps(scan, studies), [("labels", scan.labels.rotations), ("truth", truth.dominant)]
        ):
            lines.append({"training": name, **findings(found, truth)})
            click.echo(markdown(lines[-1]))
        lines.append({"training": "neighbours or positions", **numbers(truth)})
        click.echo(markdown(lines[-1], decimals=0))
    if table:
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)


def _maps(scan: Scan, studies: Iterable[str]) -> Iterator[tuple[str, Rotation]]:
    """Yield the names of the trainings, each once, and the orientations of their maps."""
    rows = {row.run_id: row for row in chain.from_iterable(map(named_study_rows, studies))}
    for run_id, row in rows.items():
        yield row.name, answers(run_id, scan)


def answers(run_id: str, scan: Scan) -> Rotation:
    """Return the orientations of the map of a trained model."""
    return predict_map(load_model(run_id), scan).crystal_map.rotations


if __name__ == "__main__":
    main()
