"""Options of commands that read CIF files."""

import functools
from collections.abc import Callable
from typing import Any

import click

from keras_stem.cli.common import FINITE

_KEEP_CELL = click.option(
    "--keep-cell", is_flag=True, help="Keep the unit cell of the CIF file instead of the conventional cell."
)
_TOLERANCE = click.option(
    "--symmetry-tolerance",
    type=FINITE,
    help="Largest distance of an atom from its symmetric position (Å).  [default: 0.01; with --space-group, "
    "as needed up to 0.3]",
)


def _space_group(name: str, **attributes: Any) -> Callable:
    return click.option(
        "--space-group",
        name,
        type=click.IntRange(1, 230),
        help="Number of the space group, for slightly distorted structures.  [default: found from the atoms]",
        **attributes,
    )


def reading_options(command: Callable) -> Callable:
    """Add the options that control how the structures of CIF files are read."""
    for option in (_TOLERANCE, _KEEP_CELL, _space_group("space_group")):
        command = option(command)
    return command


def crystal_options(cif_help: str) -> Callable:
    """Return a decorator that adds ``--cif`` and its reading options; the command receives ``phases``.

    The symmetry and the cell that were found are printed.
    """

    def add(command):
        @functools.wraps(command)
        def with_phases(*args, cifs, space_groups, keep_cell, symmetry_tolerance, **options):
            from keras_stem.crystal.pairing import load_given

            _require_cif("--cif", cifs, space_groups, keep_cell, symmetry_tolerance)
            phases = load_given(cifs, space_groups, keep_cell, symmetry_tolerance)
            for given in phases:
                tell_phase(given.phase)
            return command(*args, phases=phases, **options)

        cif = click.option(
            "--cif",
            "cifs",
            multiple=True,
            metavar="[NAME=]FILE[#BLOCK]",
            help=f"{cif_help}; may be repeated.",
        )
        for option in (_TOLERANCE, _KEEP_CELL, _space_group("space_groups", multiple=True), cif):
            with_phases = option(with_phases)
        return with_phases

    return add


def crystal_option(flag: str, cif_help: str) -> Callable:
    """Return a decorator that adds an option for one CIF file, and its reading options.

    The command receives ``crystal``: a `keras_stem.crystal.structure_files.CrystalFile`, or None without the
    option. The symmetry and the cell that were found are printed.
    """
    parameter = flag.removeprefix("--")

    def add(command):
        @functools.wraps(command)
        def with_crystal(*args, space_group, keep_cell, symmetry_tolerance, **options):
            cif = options.pop(parameter)
            _require_cif(flag, cif, space_group, keep_cell, symmetry_tolerance)
            return command(*args, crystal=_told(cif, space_group, keep_cell, symmetry_tolerance), **options)

        chosen = click.option(flag, parameter, metavar="FILE[#BLOCK]", help=cif_help)
        return chosen(reading_options(with_crystal))

    return add


def tell_phase(phase) -> None:
    """Print the symmetry and the cell of a phase that was read from a CIF file."""
    from keras_stem.workflow.describe import setting_lines

    for line in setting_lines(phase):
        click.echo(line)


def _told(cif, space_group, keep_cell, symmetry_tolerance):
    """Return the crystal file that the options specify, after printing its symmetry; None without one."""
    from keras_stem.crystal.structure_files import CrystalFile

    if cif is None:
        return None
    if cif.lower() == "linio2":
        if space_group or keep_cell or symmetry_tolerance:
            raise click.UsageError(
                "Expected a CIF file with --space-group, --keep-cell or --symmetry-tolerance, found the "
                "built-in LiNiO2; leave the options out."
            )
        return CrystalFile()
    crystal = CrystalFile(absolute(cif), space_group, keep_cell, symmetry_tolerance)
    tell_phase(crystal.load())
    return crystal


def absolute(cif: str) -> str:
    """Return the absolute path of a CIF file, followed by the name of its block if one is given."""
    from keras_stem.crystal.structure_files import split_block

    path, block = split_block(cif)
    return f"{path.resolve()}#{block}" if block else str(path.resolve())


def _require_cif(flag: str, cif: Any, *reading: Any) -> None:
    if not cif and any(reading):
        raise click.UsageError(
            f"Expected {flag} with --space-group, --keep-cell or --symmetry-tolerance, found none."
        )
