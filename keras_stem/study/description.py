"""Description of a study, read from a TOML file."""

import itertools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from keras_stem.errors import KerasStemError

_KEYS = {"title", "base", "grid", "cells"}


@dataclass(frozen=True)
class Cell:
    """Single training of a study.

    Parameters
    ----------
    name
        Unique name in the study.
    options
        Options of the training, as passed to `keras_stem.training.options.recipe_from_options`.
    """

    name: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Study:
    """Set of trainings to compare.

    Parameters
    ----------
    name, title
        Identifier for commands, and display title.
    cells
        Trainings of the study.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]


def shipped_studies() -> list[str]:
    """Return the names of the studies shipped with the package: those of Wissel et al. and our own."""
    return sorted(path.name.removesuffix(".toml") for path in _shipped().iterdir() if path.suffix == ".toml")


def read_study(name: str) -> Study:
    """Read the description of a study.

    A description has a title; ``[base]`` with options of ``kstem fit`` shared by all cells; ``[grid]`` with
    lists of option values, each combination of which is a cell; and ``[[cells]]`` with single named cells.

    Parameters
    ----------
    name
        Name of a study in `shipped_studies`, or path of a TOML file.

    Raises
    ------
    KerasStemError
        If the study does not exist, or its description is invalid.
    """
    path = Path(name) if name.endswith(".toml") else _shipped() / f"{name}.toml"
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KerasStemError(
            f"Expected the study to be one of {', '.join(shipped_studies())} or a .toml file, found {name!r}."
        ) from None
    except (OSError, ValueError) as error:
        raise KerasStemError(f"Cannot read the study {name}: {error}") from error
    unknown = plain.keys() - _KEYS
    if unknown:
        raise KerasStemError(f"Expected {', '.join(sorted(_KEYS))} in {name}, found {min(unknown)!r}.")
    cells = _cells(plain, name)
    return Study(path.name.removesuffix(".toml"), plain.get("title", name), cells)


def _shipped():
    return files("keras_stem.study") / "shipped"


def _cells(plain: dict[str, Any], study: str) -> tuple[Cell, ...]:
    base = _options(plain.get("base", {}))
    cells = []
    if grid := _options(plain.get("grid", {})):
        for values in itertools.product(*grid.values()):
            changed = dict(zip(grid, values, strict=True))
            cells.append(Cell(", ".join(_label(*item) for item in changed.items()), {**base, **changed}))
    for single in plain.get("cells", []):
        options = _options(single)
        cells.append(Cell(str(options.pop("name", "")), {**base, **options}))
    names = [cell.name for cell in cells]
    if not cells or not all(names) or len(set(names)) < len(names):
        raise KerasStemError(f"Expected cells with a name of their own each in the study {study}.")
    return tuple(cells)


def _options(plain: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("-", "_"): value for name, value in plain.items()}


def _label(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return name if value else f"no {name}"
    value = ",".join(map(str, value)) if isinstance(value, list) else value
    return f"{name.replace('_', ' ')} {value}"
