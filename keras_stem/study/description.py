"""What a study trains, read from a few lines of TOML."""

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
    """One training of a study.

    Parameters
    ----------
    name
        Unique in the study.
    options
        As `keras_stem.training.options.recipe_from_options` takes them.
    """

    name: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Study:
    """Trainings that are compared.

    Parameters
    ----------
    name, title
        For commands and for people.
    cells
        The trainings.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]


def shipped_studies() -> list[str]:
    """Return the names of the studies that ship with the package: those of Wissel et al., and ours."""
    return sorted(path.name.removesuffix(".toml") for path in _shipped().iterdir() if path.suffix == ".toml")


def read_study(name: str) -> Study:
    """Read the description of a study.

    A description has a title; ``[base]``, options of ``kstem fit`` that all cells share; ``[grid]``, options
    with lists of values, of which every combination is a cell; and ``[[cells]]``, single ones with a name.

    Parameters
    ----------
    name
        One of `shipped_studies`, or the path of a TOML file.

    Raises
    ------
    KerasStemError
        If there is no such study, or its description cannot be understood.
    """
    path = Path(name) if name.endswith(".toml") else _shipped() / f"{name}.toml"
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KerasStemError(
            f"Expected a study out of {', '.join(shipped_studies())}, or a .toml file, found {name!r}."
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
