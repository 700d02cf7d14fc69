"""Options in groups."""

from click.testing import CliRunner

from keras_stem.cli.main import program


def test_every_option_of_a_training_has_a_group():
    titles = {"Data", "Network", "Orientation", "Augmentation", "Optimisation", "Devices", "Tracking"}
    shown = CliRunner().invoke(program, ["fit", "--help"]).output.splitlines()
    sections = [line.removesuffix(":") for line in shown if line.endswith(":") and line[0] != " "]
    assert set(sections) == titles | {"Options"}
    assert shown[shown.index("Options:") + 1].startswith("  -h, --help")
    assert shown[shown.index("Options:") + 2] == ""
