"""Numbers of options that no quantity has are refused before any work."""

import pytest
from click.testing import CliRunner

from keras_stem.cli.main import program


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        ("convert a.npy b.h5", "--beam-energy", "nan"),
        ("convert a.npy b.h5", "--beam-energy", "inf"),
        ("convert a.npy b.h5", "--beam-energy", "1e-320"),
        ("convert a.npy b.h5", "--beam-energy", "300000"),
        ("convert a.npy b.h5", "--pixel-size", "1e-320"),
        ("grains a.h5", "--threshold", "nan"),
        ("fit a.h5", "--learning-rate", "inf"),
        ("simulate a.h5", "--dose", "inf"),
    ],
)
def test_numbers_that_cannot_be_meant(command, option, value):
    found = CliRunner().invoke(program, [*command.split(), option, value])
    assert found.exit_code == 2
    assert f"Invalid value for '{option}'" in found.output
