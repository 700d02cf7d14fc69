"""Command of the judge: ``python -m judge run``, ``python -m judge train``, ``python -m judge list``."""

import contextlib
import itertools
import tempfile
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from judge.environments import digest, work_folder
from judge.method import Answers, Method, in_own_process
from judge.methods.network import train as train_network
from judge.oracle import Ceiling, ceiling
from judge.order import compare_orders
from judge.registry import methods, test_sets
from judge.scores import BOUNDS, Share, difference, errors, score
from judge.small import EXPECTED, KINEMATIC, ship, shipped
from judge.table import Row, Section, markdown, paired, write
from judge.test_set import Patterns, TestSet
from keras_stem.errors import KerasStemError

STANDARD = 1000
"""Number of patterns of a set in the standard run."""

chosen_sets = click.option(
    "--set", "names", multiple=True, help="Names of test sets.  [those of the standard run]"
)


@click.group()
def main() -> None:
    """Compare methods on patterns of other programs."""


@main.command("list")
def list_all() -> None:
    """Print the test sets, those of the standard run with a star, and the methods."""
    for one in test_sets().values():
        click.echo(f"{'*' if one.standard else ' '} {one.name}: {one.statement}.")
    for method in methods().values():
        click.echo(f"  {method.name}: {method.settings}.")


@main.command()
@chosen_sets
def train(names: tuple[str, ...]) -> None:
    """Train the networks that are missing for the test sets."""
    for test_set in _chosen_sets(names):
        train_network(test_set)


@main.command()
@chosen_sets
@click.option("--method", "asked", multiple=True, help="Names of methods.  [all]")
@click.option("--count", default=STANDARD, show_default=True, help="Number of patterns of a set.")
@click.option("--seed", default=0, show_default=True, help="Seed of orientations and noise.")
@click.option("--no-ceiling", is_flag=True, help="Leave out what is possible, which takes half of the time.")
@click.option("--out", type=Path, help="Folder of the table.  [one of each command, in the cache folder]")
def run(
    names: tuple[str, ...], asked: tuple[str, ...], count: int, seed: int, no_ceiling: bool, out: Path | None
) -> None:
    """Ask the methods about the test sets and write the table; what was made before is kept."""
    chosen = "".join([f" --set {name}" for name in names] + [f' --method "{name}"' for name in asked])
    chosen += " --no-ceiling" if no_ceiling else ""
    command = f"python -m judge run --count {count} --seed {seed}{chosen}"
    out = out or work_folder() / "tables" / digest(command.encode())
    sections = []
    for test_set in _chosen_sets(names):
        try:
            patterns = test_set.make(min(count, test_set.most), seed)
            known = ceiling(test_set, patterns, seed) if test_set.has_ceiling and not no_ceiling else None
            sections.append(_section(test_set, patterns, known, _chosen(methods(), asked), seed))
        except KerasStemError as error:
            click.echo(f"  {test_set.name} is left out: {error}", err=True)
        write(sections, command, out)
    click.echo(f"{out}/judge.md, judge.csv, judge.html")


@main.command()
def small() -> None:
    """Run template matching on a few shipped patterns, without other programs.

    The exit status is 1 if fewer of the kinematic patterns of another program are indexed than expected.
    """
    method = methods()["keras_stem matching"]
    sections = []
    for one in shipped():
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            answers = method.answer(one.test_set, one.patterns)
        wrong_by = errors(answers, one.patterns, one.test_set.symmetries)
        found = replace(score(answers, wrong_by, one.ceiling), rate=np.nan, memory=np.nan)  # of so few
        sections.append(_section_of(one.test_set, one.ceiling, [Row(method.name, found)], []))
    click.echo(markdown(sections, "python -m judge small"))
    kinematic = next(one for one in sections if one.name == KINEMATIC)
    if kinematic.rows[0].scores.under[5].value < EXPECTED:
        raise click.ClickException(f"Expected at least {EXPECTED:.0%} under 5° of {KINEMATIC}.")


@main.command()
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def order(first: Path, second: Path) -> None:
    """Compare the order of methods in two tables (judge.csv) of different seeds.

    Two methods are compared if their intervals of the share under 5° overlap in neither table.
    """
    found = compare_orders(first.read_text(), second.read_text())
    for one in found.contradicted:
        click.echo(f"{one}: another order")
    click.echo(f"{found.clear} pairs are clear in both tables, {len(found.contradicted)} in another order.")


@main.command("ship", hidden=True)
def ship_small() -> None:
    """Write the patterns of `small`, which takes the other programs."""
    ship()


def _chosen_sets(names: tuple[str, ...]) -> list[TestSet]:
    every = test_sets()
    return _chosen(every, names or tuple(name for name, one in every.items() if one.standard))


def _chosen(known: dict, names: tuple[str, ...]) -> list:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.UsageError(f"Expected one of {', '.join(known)}, found {unknown[0]!r}.")
    return [known[name] for name in names or known]


def _section(
    test_set: TestSet, patterns: Patterns, known: Ceiling | None, asked: list[Method], seed: int
) -> Section:
    click.echo(f"{test_set.name}: {test_set.statement}")
    rows, wrong_by = [], {}
    for method in asked:
        answers = _answers(method, test_set, patterns, seed)
        remark = answers if isinstance(answers, str) else test_set.remark(answers.matrices)
        if remark:
            rows.append(Row(method.name, remark))
        else:
            asked_of = patterns.first(len(answers.matrices))
            wrong_by[method.name] = errors(answers, asked_of, test_set.symmetries)
            found = score(answers, wrong_by[method.name], known)
            rows.append(Row(method.name, found if test_set.answerable else found.without_truth()))
        click.echo("  " + "  ".join(rows[-1].cells[:7]))
    pairs = _differences(wrong_by) if test_set.answerable else []
    return _section_of(test_set, known, rows, pairs)


def _section_of(test_set: TestSet, known: Ceiling | None, rows: list[Row], pairs: list[str]) -> Section:
    possible = np.nan if known is None else known.share(5)
    told = _told(known)
    return Section(test_set.name, test_set.statement, told, possible, test_set.answerable, rows, pairs)


def _answers(method: Method, test_set: TestSet, patterns: Patterns, seed: int) -> Answers | str:
    """Return the answers of a method, or why there are none."""
    reason = method.refuses(test_set)
    if reason:
        return reason
    try:
        return in_own_process(method, test_set, patterns, seed)
    except KerasStemError as error:
        return f"failed: {error}"


def _told(known: Ceiling | None) -> str:
    if known is None:
        return "No ceiling is known."
    count = len(known.errors)
    shares = [Share.of(known.share(bound) * count, count) for bound in BOUNDS]
    texts = [
        f"{100 * one.value:.1f} % ({100 * one.low:.1f}–{100 * one.high:.1f}) under {bound}°"
        for bound, one in zip(BOUNDS, shares, strict=True)
    ]
    return f"Possible: {', '.join(texts)}."


def _differences(wrong_by: dict[str, np.ndarray]) -> list[str]:
    """Return the paired differences of all methods, each pair on the patterns that both were asked about."""
    found = []
    for first, second in itertools.combinations(wrong_by, 2):
        count = min(len(wrong_by[first]), len(wrong_by[second]))
        share = difference(wrong_by[first][:count], wrong_by[second][:count])
        found.append(paired(first, second, share, count))
    return found


if __name__ == "__main__":
    main()
