"""Options of the networks, derived from their declarations."""

import types
from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, Union, get_args, get_origin, get_type_hints

import click

from keras_stem.cli.common import FiniteRange, IntegerList
from keras_stem.cli.grouped import GroupedCommand, in_group
from keras_stem.errors import KerasStemError
from keras_stem.networks.declaration import NetworkConfig
from keras_stem.networks.registry import config_classes, network_names

_ARCH = "keras_stem.arch"
"""Key of the network whose options the help shows, in what click keeps for a command."""

_ARCHS = "archs"
"""Attribute of an option that names the networks that have it."""


def arch_choice() -> click.Choice:
    """Return the click type of options whose value is the name of a network."""
    return click.Choice(network_names())


def variant_choice() -> click.Choice:
    """Return the click type of options whose value is a variant of a network."""
    names = [name for config in config_classes().values() for name in config.variants]
    return click.Choice(list(dict.fromkeys(names)))


def network_options(command: Callable) -> Callable:
    """Add the options of all networks to a command; the default of each is None."""
    options: dict[str, list[tuple[type[NetworkConfig], Field]]] = {}
    for config in config_classes().values():
        for field in fields(config):
            options.setdefault(field.name, []).append((config, field))
    for name, uses in reversed(list(options.items())):
        command = in_group("Network", _option(name, uses))(command)
        setattr(command.__click_params__[-1], _ARCHS, tuple(config.arch for config, _ in uses))
    return command


class NetworkCommand(GroupedCommand):
    """Command whose help shows only the options of one network: that of ``--arch``, or the default."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Store the name of the network before parsing; ``--arch`` may stand before or after ``--help``."""
        context.meta[_ARCH] = _named(args) or network_names()[0]
        return super().parse_args(context, args)

    def shows(self, param: click.Parameter, context: click.Context) -> bool:
        """Return whether the help shows an option, that is, unless only other networks have it."""
        return context.meta[_ARCH] in getattr(param, _ARCHS, (context.meta[_ARCH],))

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how to display the options of the other networks."""
        super().format_epilog(context, formatter)
        others = [arch for arch in network_names() if arch != context.meta[_ARCH]]
        formatter.write_paragraph()
        formatter.write_text(
            f"Network options are those of {context.meta[_ARCH]}; kstem {self.name} --arch NAME --help shows "
            f"those of {', '.join(others)}."
        )


def _named(args: list[str]) -> str | None:
    """Return the name of the network in command-line arguments; None without one."""
    for number, word in enumerate(args):
        if word.startswith("--arch="):
            return word.partition("=")[2]
        if word == "--arch" and number + 1 < len(args):
            return args[number + 1]
    return None


def _option(name: str, uses: list[tuple[type[NetworkConfig], Field]]) -> Callable:
    """Return the click option for a name, which several networks share if its type is the same."""
    kinds = {_type_of(config, field) for config, field in uses}
    if len(kinds) > 1:
        archs = ", ".join(config.arch for config, _ in uses)
        raise KerasStemError(f"Expected one type for the option {name}, which {archs} declare differently.")
    help = " ".join(f"{config.title}: {_help(field)}" for config, field in uses)
    flag, kind = f"--{name.replace('_', '-')}", kinds.pop()
    if kind is bool:
        return click.option(f"{flag}/--no-{flag.removeprefix('--')}", default=None, help=help)
    return click.option(flag, type=_click_type(kind, uses), help=help)


def _type_of(config: type[NetworkConfig], field: Field) -> type:
    """Return the type of an option: int, float, bool, str or tuple."""
    hint = get_type_hints(config)[field.name]
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return get_origin(hint) or hint


def _click_type(kind: type, uses: list[tuple[type[NetworkConfig], Field]]) -> click.ParamType | type:
    bounds = [field.metadata["minimum"] for _, field in uses]
    lowest = None if None in bounds else min(bounds)
    if kind is tuple:
        return IntegerList()
    if kind in (int, float) and lowest is not None:
        return click.IntRange(int(lowest)) if kind is int else FiniteRange(lowest)
    return kind


def _help(field: Field) -> str:
    text = field.metadata["help"]
    return f"{text[0].lower()}{text[1:]}  [{_printed(field.default)}]"


def _printed(default: Any) -> str:
    if isinstance(default, tuple):
        return ",".join(map(str, default)) or "none"
    if isinstance(default, bool) or default is None:
        return {None: "none", True: "yes", False: "no"}[default]
    return f"{default:g}" if isinstance(default, float) else str(default)
