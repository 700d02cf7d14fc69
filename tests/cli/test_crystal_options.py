"""Options of crystals, and what is told of them."""

import click
import pytest
from click.testing import CliRunner
from crystals import cif

from keras_stem.cli.crystal_options import absolute, crystal_option, crystal_options
from keras_stem.crystal.structure_files import CrystalFile

ZIRCONIA = str(cif("zirconia_unique_c"))


@click.command()
@crystal_option("--crystal", "Crystal.")
@click.pass_context
def one(context, crystal):
    """Take one crystal."""
    context.obj.append(crystal)


@click.command()
@crystal_options("Crystals")
@click.pass_context
def several(context, phases):
    """Take several crystals."""
    context.obj.append([given.phase for given in phases])


def taken(command, *arguments):
    """Run a command; return what it got, and what was printed."""
    got = []
    result = CliRunner().invoke(command, arguments, obj=got, catch_exceptions=False)
    return (got[0] if got else None), result.output


def test_one_crystal_is_read_and_told():
    crystal, told = taken(one, "--crystal", ZIRCONIA, "--keep-cell", "--symmetry-tolerance", "0.02")
    assert crystal == CrystalFile(ZIRCONIA, None, True, 0.02)
    assert "Zr4 O8, space group P 1 1 21/b (14)" in told


def test_the_default_crystal_has_a_name():
    assert taken(one) == (None, "")
    assert taken(one, "--crystal", "LiNiO2") == (CrystalFile(), "")


def test_each_space_group_is_that_of_its_file():
    phases, told = taken(several, "--cif", ZIRCONIA, "--cif", str(cif("spinel_origin1")))
    assert [phase.setting.number for phase in phases] == [14, 227]
    assert "P 1 21/c 1 (14)" in told
    assert "F d -3 m" in told


@pytest.mark.parametrize("command", [one, several])
@pytest.mark.parametrize(
    "option", [("--space-group", "225"), ("--keep-cell",), ("--symmetry-tolerance", "1")]
)
def test_what_a_file_is_read_with_needs_a_file(command, option):
    got, told = taken(command, *option)
    assert got is None
    assert "with --space-group, --keep-cell or --symmetry-tolerance, found none" in " ".join(told.split())


def test_the_built_in_crystal_is_read_as_it_is():
    got, told = taken(one, "--crystal", "linio2", "--keep-cell")
    assert got is None
    assert "found the built-in LiNiO2" in " ".join(told.split())


def test_paths_are_absolute_and_keep_the_name_of_their_block(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert absolute("Cu.cif") == str(tmp_path / "Cu.cif")
    assert absolute("Cu.cif#two") == f"{tmp_path / 'Cu.cif'}#two"
