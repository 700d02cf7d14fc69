"""Nested settings as flat ones."""

from collections.abc import Mapping
from typing import Any


def flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as one dictionary with names such as "network.filters".

    Parameters
    ----------
    nested
        Settings; those that are dictionaries are groups.
    prefix
        Prefix of all names.
    """
    found = {}
    for name, value in nested.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found
