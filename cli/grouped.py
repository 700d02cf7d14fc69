"""Commands whose options are shown in groups in the help."""

from collections.abc import Callable

import click

_GROUP = "group"


def in_group(title: str, *options: Callable) -> Callable:
    """Return a decorator that adds options which the help shows under a title.

    Parameters
    ----------
    title
        Heading of the group.
    *options
        Decorators as `click.option` returns them.

    Returns
    -------
    Callable
        Decorator of a command's function.
    """

    def decorate(command: Callable) -> Callable:
        for option in reversed(options):
            known = len(getattr(command, "__click_params__", ()))
            command = option(command)
            for param in command.__click_params__[known:]:
                setattr(param, _GROUP, title)
        return command

    return decorate


class GroupedCommand(click.Command):
    """Command that shows its options in the groups that `in_group` gave them."""

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups in the order in which their first option was declared."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(context):
            record = param.get_help_record(context) if isinstance(param, click.Option) else None
            if record is not None and self.shows(param, context):
                groups.setdefault(getattr(param, _GROUP, "Options"), []).append(record)
        # What has no group, --help among it, comes last.
        for title in sorted(groups, key=lambda title: title == "Options"):
            with formatter.section(title):
                formatter.write_dl(groups[title])

    def shows(self, param: click.Parameter, context: click.Context) -> bool:
        """Return whether the help shows an option."""
        return True
