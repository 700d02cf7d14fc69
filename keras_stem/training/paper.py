"""Recipes of Wissel et al., read from a TOML file in this package."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from keras_stem.errors import KerasStemError


@cache
def _description() -> dict[str, Any]:
    return tomllib.loads(
        (files("keras_stem.training") / "recipes" / "paper.toml").read_text(encoding="utf-8")
    )


def paper_arch() -> str:
    """Return the name of the network that the paper's recipe trains by default."""
    return _description()["arch"]


def paper_archs() -> tuple[str, ...]:
    """Return the names of the paper's networks, in the order of the paper."""
    return tuple(_description()["networks"])


def paper_options(arch: str) -> dict[str, Any]:
    """Return the options with which the paper trains a network, as ``kstem fit`` accepts them.

    Parameters
    ----------
    arch
        Name of the network.

    Raises
    ------
    KerasStemError
        If the paper has no such network.
    """
    described = _description()
    networks = described["networks"]
    if arch not in networks:
        *first, last = networks
        raise KerasStemError(
            f"The paper has no {arch} network; its networks are {', '.join(first)} and {last}."
        )
    options = {**described["base"], **networks[arch]}
    return {name.replace("-", "_"): value for name, value in options.items()}
