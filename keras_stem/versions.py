"""Versions of what this package stores: recipes, model cards, states of trainings, properties of maps.

What is stored carries the number of its schema. Older ones are brought up to date step by step, and have the
defaults of what they do not know; newer ones are refused, since nobody knows what they mean.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras_stem.errors import KerasStemError

SCHEMA = 1
"""Version 0.1.0 stored no number, which counts as 0."""

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""From the values of one schema to those of the next."""

_KEY = "schema"


def with_schema(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values with the number of the schema that they follow."""
    return {_KEY: SCHEMA, **plain}


def up_to_date(plain: Mapping[str, Any], where: object, upgrades: Sequence[Upgrade] = ()) -> dict[str, Any]:
    """Return plain values in the current schema, without its number.

    Parameters
    ----------
    plain
        Values as they were stored.
    where
        What holds the values, for messages.
    upgrades
        The step from each schema to the next, from 0 on; schemas beyond the last step differ in nothing.

    Raises
    ------
    KerasStemError
        If the schema is newer than this version of the package, or no number.
    """
    values = dict(plain)
    schema = values.pop(_KEY, 0)
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 0:
        raise KerasStemError(f"Expected a number as the schema of {where}, found {schema!r}.")
    if schema > SCHEMA:
        raise KerasStemError(
            f"{where} is of a newer version of keras_stem (schema {schema}, known up to {SCHEMA}); "
            "upgrade the package with pip install --upgrade keras_stem."
        )
    for upgrade in upgrades[schema:]:
        values = upgrade(values)
    return values
