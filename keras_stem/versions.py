"""Schema versions of stored data: recipes, model cards, training states and map properties.

Stored data contain their schema version. Data of older versions are upgraded step by step, with defaults for
missing values; data of newer versions are rejected, because their meaning is unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras_stem.errors import KerasStemError

SCHEMA = 3
"""Current schema version. Version 0.1.0 stored none, which is treated as 0."""

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""Function from the values of one schema version to those of the next."""

_KEY = "schema"


def with_schema(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values with the current schema version."""
    return {_KEY: SCHEMA, **plain}


def up_to_date(plain: Mapping[str, Any], where: object, upgrades: Sequence[Upgrade] = ()) -> dict[str, Any]:
    """Return plain values upgraded to the current schema, without the schema version.

    Parameters
    ----------
    plain
        Stored values.
    where
        Name of the source of the values in messages.
    upgrades
        Upgrade from each schema version to the next, from 0; versions beyond the last upgrade are identical.

    Raises
    ------
    KerasStemError
        If the schema is newer than supported by this version of the package, or not a number.
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
