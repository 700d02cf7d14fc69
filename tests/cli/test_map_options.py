"""Options of commands that analyse maps."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from keras_stem.cli.map_options import folder_for, grain_options, min_q_options, out_option


@click.command()
@min_q_options
@grain_options
@out_option("grains")
@click.pass_context
def analyse(context, **options):
    """Take the options of an analysis."""
    context.obj.update(options)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), None),  # whatever the map has
        (("--min-q", "30"), 30.0),
        (("--all",), 0.0),
        (("--min-q", "30", "--all"), 0.0),  # the last one counts
        (("--all", "--min-q", "30"), 30.0),
    ],
)
def test_points_are_chosen_by_their_q(arguments, expected):
    got = {}
    CliRunner().invoke(analyse, arguments, obj=got, catch_exceptions=False)
    assert got["min_q"] == expected
    assert (got["neighbours"], got["min_size"], got["small"], got["out"]) == ("4", 1, "absorb", None)


@pytest.mark.parametrize("wrong", [("--min-q", "-1"), ("--min-q", "nan"), ("--neighbours", "6")])
def test_wrong_values_are_wrong_usage(wrong):
    result = CliRunner().invoke(analyse, wrong, obj={})
    assert result.exit_code == 2
    assert f"Invalid value for '{wrong[0]}'" in result.output


def test_folders_are_given_or_lie_beside_the_map():
    assert folder_for(Path("mine"), Path("a/map.h5"), "grains") == Path("mine")
    assert folder_for(None, Path("a/map.h5"), "grains") == Path("a/map-grains")
