"""Options of ``kstem fit`` from a file, and in one."""

import tomllib

import pytest
from click.testing import CliRunner
from crystals import write_cif

from keras_stem.cli.main import program
from keras_stem.errors import KerasStemError
from keras_stem.training.data_settings import SimulatedData
from keras_stem.training.options import recipe_from_options

pytestmark = pytest.mark.usefixtures("own_store")


class Taken(Exception):
    """Raised in place of a training."""


@pytest.fixture
def fitted(monkeypatch, tmp_path):
    """Run ``kstem fit`` up to the training; return the recipe that would be trained."""
    taken = []

    def fit(scan, recipe, **options):
        taken.append(recipe)
        raise Taken

    monkeypatch.setattr("keras_stem.workflow.fit.fit", fit)
    monkeypatch.chdir(tmp_path)

    def fitted(*arguments):
        result = CliRunner().invoke(program, ["fit", *map(str, arguments)])
        assert isinstance(result.exception, Taken), result.output
        return taken.pop()

    return fitted


@pytest.fixture
def refused(monkeypatch, tmp_path):
    """Run ``kstem fit`` with a file of options that must fail; return what was said."""
    monkeypatch.chdir(tmp_path)

    def refused(text, *arguments):
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
        result = CliRunner().invoke(program, ["fit", "scan.h5", "--config", "mine.toml", *arguments])
        assert result.exit_code != 0
        said = str(result.exception) if isinstance(result.exception, KerasStemError) else result.output
        return said.strip().splitlines()[-1]

    return refused


@pytest.mark.parametrize(
    "options",
    [
        ["--arch", "cnn", "--filters", "4,8", "--kernel-size", "5", "--min-q", "30", "--split", "block"],
        ["--recipe", "paper", "--arch", "swin", "--variant", "adjust-model", "--weights", 'a "b" \\ é.h5'],
        ["--no-mirror", "--shift", "0.25", "--learning-rate", "1e-05", "--cache", "--no-symmetry"],
        ["--no-augment", "--stop", "r2>0.95", "--seed", "-3", "--precision", "bfloat16"],
    ],
)
def test_what_is_saved_trains_the_same_recipe(fitted, scan_path, options, tmp_path):
    recipe = fitted(scan_path, *options, "--save-config", "used.toml")
    assert fitted(scan_path, "--config", "used.toml") == recipe != recipe_from_options({})
    assert set(tmp_path.iterdir()) == {tmp_path / "used.toml"}
    fitted(scan_path, "--config", "used.toml", "--save-config", "again.toml")
    assert (tmp_path / "again.toml").read_text() == (tmp_path / "used.toml").read_text()


def test_what_is_saved_simulates_the_same_patterns(fitted, scan_path, tmp_path):
    cif = write_cif(tmp_path / "Cu.cif", "F m -3 m", "3.6 3.6 3.6 90 90 90", ["Cu 0 0 0 1 0"])
    options = ("--simulate", cif.name, "--keep-cell", "--like", scan_path, "--patterns", 70)
    recipe = fitted(*options, "--save-config", "used.toml")
    assert isinstance(recipe.data, SimulatedData)
    assert (recipe.data.patterns, recipe.data.crystal.cif) == (70, str(cif))
    assert fitted("--config", "used.toml") == recipe
    assert tomllib.loads((tmp_path / "used.toml").read_text())["simulate"] == "Cu.cif"


def test_the_command_line_wins(fitted, scan_path, tmp_path):
    (tmp_path / "mine.toml").write_text("max-epochs = 7\nbatch_size = 9\naugment = false\nfilters = [4, 8]\n")
    options = {"arch": "cnn", "filters": (4, 8), "max_epochs": 5, "batch_size": 9}
    recipe = fitted(scan_path, "--arch", "cnn", "--max-epochs", 5, "--augment", "--config", "mine.toml")
    assert recipe == recipe_from_options(options)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mood = 'good'", "Expected options of kstem fit in mine.toml, found 'mood'."),
        ("[base]\nseed = 1", "Expected options of kstem fit in mine.toml, found 'base'."),
        ("resume = true", "Expected options of kstem fit in mine.toml, found 'resume'."),
        ("seed 1", "Cannot read the options in mine.toml: "),
        ("max-epochs = 'many'", "Invalid value for max-epochs in mine.toml: 'many' is not a valid integer"),
        ("max_epochs = 3.5", "Invalid value for max-epochs in mine.toml: '3.5' is not a valid integer"),
        ("seed = true", "Invalid value for seed in mine.toml: 'true' is not a valid integer."),
        ("batch-size = 0", "Invalid value for batch-size in mine.toml: 0 is not in the range x>=1."),
        ("augment = 'perhaps'", "Invalid value for augment in mine.toml: 'perhaps' is not a valid boolean."),
        ("split = 'fair'", "Invalid value for split in mine.toml: 'fair' is not one of"),
        ("filters = [1.5]", "Invalid value for filters in mine.toml: expected whole numbers"),
        ("learning-rate = nan", "Invalid value for learning-rate in mine.toml: expected a finite number"),
    ],
)
def test_wrong_files_are_named_with_their_key(refused, text, said):
    assert said in refused(text)


def test_a_file_that_is_not_there_is_named(refused):
    assert "Cannot read the options in other.toml" in refused("", "--config", "other.toml")


def test_resumed_trainings_take_no_options_from_files(refused):
    assert "leave out" in refused("seed = 1", "--resume")


def test_an_existing_file_is_kept(refused, tmp_path):
    said = refused("seed = 1", "--save-config", "mine.toml")
    assert said == "Expected a new file for --save-config, found mine.toml, which exists."
    assert (tmp_path / "mine.toml").read_text() == "seed = 1"
