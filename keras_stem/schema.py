"""Validation of plain values from files, such as JSON, against types."""

import dataclasses
import functools
from typing import Annotated, Any, TypeVar, overload

from pydantic import Field, TypeAdapter, ValidationError

from keras_stem.errors import KerasStemError

T = TypeVar("T")

Finite = Annotated[float, Field(allow_inf_nan=False)]
"""Number that is neither NaN nor infinite."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""Finite number above 0."""

_SHOWN = 40
"""Largest number of characters of an invalid value in messages."""


@overload
def validated(kind: type[T], plain: Any, where: object) -> T: ...


@overload
def validated(kind: Any, plain: Any, where: object) -> Any: ...


def validated(kind: Any, plain: Any, where: object) -> Any:
    """Return plain values validated as a type, such as a dataclass or a `typing.TypedDict`.

    Parameters
    ----------
    kind
        Expected type.
    plain
        Dictionaries, lists, numbers and text.
    where
        Name of the source of the values in messages.

    Raises
    ------
    KerasStemError
        If a value is missing or of another type; the message names the first one.
    """
    if dataclasses.is_dataclass(kind) and isinstance(plain, dict):
        _require_known(kind, plain, where)
    try:
        return _adapter(kind).validate_python(plain)
    except ValidationError as error:
        raise KerasStemError(_message(error, where)) from error


def _require_known(kind: type, plain: dict[str, Any], where: object) -> None:
    unknown = [name for name in plain if name not in {part.name for part in dataclasses.fields(kind)}]
    if unknown:
        raise KerasStemError(
            f"Expected no {shortened(unknown[0])} in {where}; it may be of another version of keras_stem."
        )


@functools.cache
def _adapter(kind: type) -> TypeAdapter:
    return TypeAdapter(kind)


def _message(error: ValidationError, where: object) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    place = "/".join(str(part) for part in first["loc"])
    at = f"{place} in {where}" if place else where
    if first["type"] == "missing":
        return f"Expected {at}, found none."
    expected = first["msg"].removeprefix("Input should be ")
    return f"Expected {at} to be {expected}, found {shortened(first['input'])}."


def shortened(value: Any) -> str:
    """Return the representation of a value, shortened for messages."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
