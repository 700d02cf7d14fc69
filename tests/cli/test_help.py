"""Help and import load nothing heavy."""

import subprocess
import sys

import click
import pytest

from keras_stem.cli.main import COMMANDS, summary

HEAVY = (
    "keras",
    "tensorflow",
    "jax",
    "torch",
    "mlflow",
    "orix",
    "matplotlib",
    "h5py",
    "numpy",
    "rich",
    "hdf5plugin",
)


@pytest.mark.parametrize(
    "code",
    [
        "import keras_stem",
        "import sys; sys.argv = ['kstem', '--help']; from keras_stem.cli.main import main; main()",
        "import sys; sys.argv = ['kstem', 'fit', '--help']; from keras_stem.cli.main import main; main()",
    ],
)
def test_nothing_heavy_is_loaded(code):
    tell = f"lambda: print('LOADED', *[m for m in {HEAVY} if m in sys.modules])"
    check = f"import atexit, sys; atexit.register({tell})"
    result = subprocess.run([sys.executable, "-c", f"{check}; {code}"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "LOADED"


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


def test_quickstart_names_the_network_that_it_fits():
    from keras_stem.training.recipe import Recipe

    assert f"the {Recipe().arch} network" in summary("quickstart")


def test_public_names_are_there():
    import keras_stem

    for name in keras_stem.__all__:
        assert getattr(keras_stem, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = keras_stem.nonsense
