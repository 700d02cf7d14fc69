"""Options of a command in TOML files: reading them as defaults, and writing the options that were given."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from keras_stem.cli.grouped import in_group
from keras_stem.errors import KerasStemError, reason_of

_OWN = ("config", "save_config", "resume")
"""Options that a file cannot have."""


def given_options(context: click.Context) -> dict[str, Any]:
    """Return the parameters that were given on the command line or in an option file, by name."""
    default = click.core.ParameterSource.DEFAULT
    return {
        name: value for name, value in context.params.items() if context.get_parameter_source(name) != default
    }


def write_options(context: click.Context, path: Path) -> None:
    """Write the given options of a command to a new TOML file, which ``--config`` reads.

    Raises
    ------
    KerasStemError
        If the file exists or cannot be written.
    """
    from keras_stem.files import complete_file

    given = given_options(context)
    keys = {key: option.name for key, option in _options(context).items() if option.name in given}
    lines = [f"# kstem {context.command.name}", *(f"{key} = {_toml(given[keys[key]])}" for key in keys)]
    _require_new(path)
    with complete_file(path, replace=False) as partial:
        partial.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _read(context: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """Use the options of a file as defaults of the command."""
    if path is not None:
        options = _options(context)
        given = {key.replace("_", "-"): value for key, value in _table(path).items()}
        unknown = sorted(given.keys() - options.keys())
        if unknown:
            command = f"kstem {context.command.name}"
            raise KerasStemError(f"Expected options of {command} in {path}, found {unknown[0]!r}.")
        context.default_map = {
            options[key].name: _converted(context, options[key], value, f"{key} in {path}")
            for key, value in given.items()
        }
    return path


def _require_new_file(context: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    if path is not None:
        _require_new(path)
    return path


def _require_new(path: Path) -> None:
    if path.exists():
        raise KerasStemError(f"Expected a new file for --save-config, found {path}, which exists.")


def _table(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KerasStemError(f"Cannot read the options in {path}: {reason_of(error)}") from error


def _options(context: click.Context) -> dict[str, click.Option]:
    """Return the options that are allowed in a file, by their keys (the names of the flags)."""
    return {
        param.opts[0].removeprefix("--"): param
        for param in context.command.params
        if isinstance(param, click.Option) and param.name not in _OWN
    }


def _converted(context: click.Context, option: click.Option, value: Any, where: str) -> Any:
    """Return a value converted to the type of its option."""
    try:
        return option.type_cast_value(context, value if option.is_flag else _text(value))
    except click.BadParameter as error:
        error.param_hint = where
        raise


def _text(value: Any) -> str:
    """Return a value as text of the command line, so that 1.5 and true are not accepted as integers."""
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _toml(value: Any) -> str:
    """Return a value in TOML syntax."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


config_options = in_group(
    "Tracking",
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        is_eager=True,
        callback=_read,
        metavar="FILE.toml",
        help="Take options from a file; those of the command line win.",
    ),
    click.option(
        "--save-config",
        type=click.Path(path_type=Path),
        callback=_require_new_file,
        metavar="FILE.toml",
        help="Write the options of this training to a new file, for --config.",
    ),
)
"""Decorator that gives a command ``--config`` and ``--save-config``."""
