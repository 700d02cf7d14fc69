"""``kstem study``."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from keras_stem.cli.cluster import cluster, cluster_options
from keras_stem.cli.common import import_backend
from keras_stem.cli.grouped import GroupedCommand, in_group
from keras_stem.cli.training_options import training_options
from keras_stem.networks.registry import network_names


@click.command("study", cls=GroupedCommand)
@click.argument("name", required=False)
@click.argument("scan", type=click.Path(path_type=Path), required=False)
@training_options
@in_group(
    "Network",
    click.option(
        "--pretrained",
        multiple=True,
        metavar="ARCH=WEIGHTS",
        help="Initial weights of the pre-trained cells of a network, in place of ImageNet: a checkpoint or a "
        "models:/ URI.",
    ),
)
@in_group("Cluster", cluster_options)
@in_group(
    "Tracking",
    click.option("--resume", is_flag=True, help="Resume the last unfinished study."),
    click.option(
        "--missing",
        is_flag=True,
        help="Train what is missing: continue an unfinished study of these cells on this scan, and take over "
        "finished trainings of the same recipe, scan and backend.",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Print what would be trained and how long it would take here, from a few measured steps.",
    ),
)
def command(name, scan, pretrained, resume, missing, dry_run, scheduler, workers, **options) -> None:
    """Train a grid of networks on SCAN, as MLflow runs under one parent, and print their table.

    NAME is a study of the paper (architectures, batch-size, clamp, densenet, kernel-size, label-quality,
    layers, schedule, variants), one of keras_stem (ablation, targets), or a TOML file. The other options
    apply to all cells; options of a network apply to its cells.
    """
    given = name or scan or pretrained or any(value is not None for value in options.values())
    if resume and (given or missing or dry_run):
        raise click.UsageError("Expected --resume alone, with the settings of the interrupted study.")
    if dry_run and (scheduler or workers):
        raise click.UsageError("Expected --dry-run without workers: it measures this process alone.")
    if not resume and not (name and scan):
        raise click.UsageError("Expected the NAME of a study and a SCAN, or --resume.")
    import_backend()
    from keras_stem.cli.tables import print_comparison, print_plan
    from keras_stem.study.description import read_study
    from keras_stem.workflow.study import resume_study, run_study
    from keras_stem.workflow.study_dry_run import plan_study

    settings = () if resume else (read_study(name), scan, options, _sources(pretrained))
    if dry_run:
        plan = plan_study(*settings, missing=missing)
        print_plan(plan)
        _end({cell.name: cell.failure for cell in plan if cell.failure}, "would fail")
    with cluster(scheduler, workers) as client:
        if resume:
            result = resume_study(verbose=True, client=client, tell=click.echo)
        else:
            result = run_study(*settings, verbose=True, client=client, tell=click.echo, missing=missing)
    print_comparison(result.rows)
    _end(result.failed, "failed")


def _end(failed: dict[str, str], verb: str) -> NoReturn:
    """Print the reasons why cells failed, and exit with status 1 if there are any."""
    for cell, reason in failed.items():
        click.echo(f"kstem: {cell} {verb}: {reason}", err=True)
    sys.exit(1 if failed else 0)


def _sources(pretrained: tuple[str, ...]) -> dict[str, str]:
    sources = dict(text.partition("=")[::2] for text in pretrained)
    for arch, source in sources.items():
        if arch not in network_names() or not source:
            raise click.UsageError(f"Expected --pretrained ARCH=WEIGHTS, found {arch}={source}.")
    return sources
