"""The list of commands, and the help of each."""

import subprocess

import click
import pytest

from keras_stem.cli.main import COMMANDS, summary


def test_debug_shows_where(kstem):
    result = subprocess.run([*kstem, "--debug", "info", "absent.h5"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "Traceback" in result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_has_the_first_sentence_of_each_help(name, run):
    listed, own = (" ".join(run(*words, "--help").split()) for words in ((), (name,)))
    assert f"{name} {summary(name)}" in listed
    assert f" {summary(name)} " in own
    assert summary(name).endswith(".")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_command_has_help(name, run):
    from keras_stem.cli.main import program

    command = program.get_command(None, name)
    for one in (command, *getattr(command, "commands", {}).values()):
        assert one.help
        for option in one.params:
            assert not isinstance(option, click.Option) or option.help, option.name


@pytest.mark.parametrize(
    ("command", "old", "new"),
    [
        ("fit", "--dose", "--dose-scale"),
        ("study", "--overlap", "--overlap-fraction"),
        ("simulate", "--radius", "--detector-radius"),
    ],
)
def test_an_old_name_of_an_option_leads_to_the_new_one(command, old, new):
    from click.testing import CliRunner

    from keras_stem.cli.main import program

    result = CliRunner().invoke(program, [command, "scan.h5", old, "1"])
    assert result.exit_code == 2
    assert f"No such option '{old}'" in result.output
    assert f"'{new}'" in result.output
