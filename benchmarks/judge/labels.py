"""Trainings on labels of a consensus and of patterns alone: ``python -m judge.labels``.

A scan of bent, overlapping grains, whose patterns another program computed, is labelled twice by template
matching. Networks are trained on both with the paper's recipe, and scored against the true orientations of
clear positions that they have not seen. ``--pretrained densenet MODEL.keras`` starts a network from
given weights.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from orix.quaternion import Rotation

from judge import crystals
from judge.consensus import CLEAR
from judge.environments import digest, work_folder
from judge.matched import RIGHT
from judge.method import own_sources
from judge.polycrystals import GRAINS, POLYCRYSTALS, SHAPE, polycrystal_patterns
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.settings import Matching
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import create_scan
from keras_stem.training.options import recipe_from_options
from keras_stem.training.recipe import Recipe

NAME = "oxide-bloch"
LABELS = {"alone, DS_R": (False, 15.0), "alone, DS_Q": (False, 0.0), "consensus, DS_Q": (True, 0.0)}
"""Whether labels are those of a consensus, and the smallest R of positions to train on."""

EPOCHS = {"cnn": 60, "densenet": 20, "swin": 12}


@dataclass(frozen=True)
class Cell:
    """One training; its weights are random, or those of a file."""

    arch: str
    target: str
    labels: str
    seed: int
    weights: str | None = None

    @property
    def recipe(self) -> Recipe:
        """The paper's recipe with this target."""
        options = {
            "recipe": "paper",
            "arch": self.arch,
            "target": self.target,
            "weights": self.weights,
            "min_r": LABELS[self.labels][1],
            "max_epochs": EPOCHS[self.arch],
            "score_every": 5,
            "stop": "never",
            "precision": "bfloat16",
            "seed": self.seed,
        }
        return recipe_from_options(options)


def cells(pretrained: Mapping[str, str]) -> Iterator[Cell]:
    """Yield all trainings: three seeds of the CNN, one of the others, with given weights by network."""
    for arch in EPOCHS:
        for target in ("euler", "rotation"):
            for labels in LABELS:
                for seed in range(3 if arch == "cnn" else 1):
                    yield Cell(arch, target, labels, seed, pretrained.get(arch))


def make_scan(path: Path, side: int, seed: int, consensus: bool) -> None:
    """Write a scan whose labels are those of template matching."""
    from keras_stem.workflow.match import label_scan

    test_set, shape = POLYCRYSTALS[NAME], (side, side)
    grains = round(GRAINS * side**2 / (SHAPE[0] * SHAPE[1]))
    patterns, truth = polycrystal_patterns(test_set, shape, grains, seed, keep=False)
    phase, rotations = crystals.phase(test_set.crystal), truth.dominant.rotations
    properties = {
        "truth_euler": euler_of(rotations),
        "truth_grain": truth.dominant.number,
        "truth_weight": np.asarray(truth.dominant.weight, float),
    }
    beam, detector = test_set.instrument.beam, test_set.instrument.detector
    info = ScanInfo(NAME, shape, detector, (5.0, 5.0), "nm", beam=beam)
    with create_scan(path, info, patterns.counts.dtype) as writer:
        writer.write_labels(crystal_map(rotations, phase, shape, 5.0, "nm", properties))
        writer.write_rows(0, patterns.counts.reshape(*shape, *detector.shape))
    label_scan(path, [phase], Matching(), consensus=consensus)


def trained(cell: Cell, path: Path) -> dict[str, np.ndarray]:
    """Train, and return the errors at all positions (degrees) and which are clear and were not seen.

    "labels" is the share of labels that the network was trained on and that are wrong by 5 degrees (percent).
    """
    from keras_stem.inference.scan_map import predict_map
    from keras_stem.tracking.resolve import load_model
    from keras_stem.workflow.fit import fit

    result = fit(path, cell.recipe)
    with Scan(path) as scan:
        labels, symmetry = scan.labels, proper_point_group(scan.phase)
        parts = cell.recipe.data.parts(labels, cell.seed)
        truth = Rotation.from_euler(labels.prop["truth_euler"])
        unseen = np.asarray(labels.prop["truth_weight"]) >= CLEAR
        unseen[np.concatenate([parts.train, parts.val])] = False
        found = Rotation.from_euler(predict_map(load_model(result.model_uri), scan).euler)
        labelled = np.rad2deg(disorientation(labels.rotations, truth, symmetry))[parts.train]
    return {
        "wrong_by": np.rad2deg(disorientation(found, truth, symmetry)),
        "unseen": unseen,
        "labels": 100 * np.mean(labelled > RIGHT),
        "count": np.int64(len(parts.train)),
    }


def table(found: dict[Cell, dict[str, np.ndarray]]) -> Iterator[str]:
    """Yield a line for each network, target and labels, with the scores of all seeds.

    Trainings of one seed are scored at the positions that none of them has seen.
    """
    for arch, target, labels in dict.fromkeys((cell.arch, cell.target, cell.labels) for cell in found):
        chosen = [cell for cell in found if (cell.arch, cell.target, cell.labels) == (arch, target, labels)]
        errors = [found[cell]["wrong_by"][_common(found, cell)] for cell in chosen]
        medians = ", ".join(f"{np.median(wrong_by):.2f}" for wrong_by in errors)
        near = ", ".join(f"{100 * np.mean(wrong_by <= 10):.0f}" for wrong_by in errors)
        wrong = np.mean([found[cell]["labels"] for cell in chosen])
        count = np.mean([found[cell]["count"] for cell in chosen])
        yield (
            f"{arch}, {target}, {labels}: median {medians} deg, within 10 deg {near} % "
            f"of {', '.join(str(len(one)) for one in errors)}; trained on {count:.0f}, {wrong:.1f} % wrong"
        )


def _common(found: dict[Cell, dict[str, np.ndarray]], cell: Cell) -> np.ndarray:
    alike = [results["unseen"] for other, results in found.items() if other.seed == cell.seed]
    return np.logical_and.reduce(alike)


@click.command()
@click.option("--side", default=60, show_default=True, help="Rows and columns of the scan.")
@click.option("--seed", default=3000, show_default=True, help="Seed of the scan.")
@click.option("--arch", "archs", multiple=True, help="Networks.  [all]")
@click.option(
    "--pretrained", type=(str, str), multiple=True, help="Network and the file of its initial weights."
)
def main(side: int, seed: int, archs: tuple[str, ...], pretrained: tuple[tuple[str, str], ...]) -> None:
    """Print a line for each network, target and labels; finished trainings are kept."""
    folder = work_folder() / "labels" / digest(*own_sources()) / f"{side}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
    found = {}
    for cell in cells(dict(pretrained)):
        if archs and cell.arch not in archs:
            continue
        consensus = LABELS[cell.labels][0]
        scan = folder / ("consensus.h5" if consensus else "alone.h5")
        if not scan.exists():
            make_scan(folder / "making.h5", side, seed, consensus)
            (folder / "making.h5").rename(scan)
        told = f"{cell.arch}-{cell.target}-{cell.labels.replace(', ', '-')}-{cell.seed}"
        started = f"-{digest(Path(cell.weights).read_bytes())}" if cell.weights else ""
        kept = folder / f"{told}-{EPOCHS[cell.arch]}{started}.npz"
        if not kept.exists():
            np.savez(kept, **trained(cell, scan))
        with np.load(kept) as file:
            found[cell] = dict(file)
    for line in table(found):
        click.echo(line)


if __name__ == "__main__":
    main()
