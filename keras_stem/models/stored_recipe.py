"""Stored recipes of trainings, as model cards and states of trainings contain them."""

from collections.abc import Mapping
from typing import Any

from keras_stem.scan.subsets import Thresholds
from keras_stem.schema import validated
from keras_stem.versions import up_to_date

SCAN, SIMULATED = "scan", "simulated"
"""Kinds of training data."""

_OF_SCANS = ("thresholds", "split", "binning", "cache", "augmentation")
_RENAMED = {"dose": "dose_scale", "overlap": "overlap_fraction"}
"""Names of settings of the augmentation in schema 1, and their names now."""


def recipe_values(plain: Any, where: str) -> dict[str, Any]:
    """Return the values of a stored recipe in the current schema, without the schema version.

    Parameters
    ----------
    plain
        Stored recipe, of this version of keras_stem or an older one.
    where
        Name of the source of the values in messages.

    Raises
    ------
    KerasStemError
        If it was written by a newer version of keras_stem, or is not a dictionary.
    """
    return up_to_date(validated(dict[str, Any], plain, where), where, [dict, _with_data])


def recipe_thresholds(values: Mapping[str, Any], where: str) -> Thresholds:
    """Return the smallest Q and R of the training patterns; the default ones for simulated patterns.

    Parameters
    ----------
    values
        Values as returned by `recipe_values`.
    where
        Name of the source of the values in messages.

    Raises
    ------
    KerasStemError
        If they are missing or not numbers.
    """
    data = validated(dict[str, Any], values.get("data"), f"data of {where}")
    if data.get("kind") == SIMULATED:
        return Thresholds()
    return validated(Thresholds, data.get("thresholds"), f"thresholds of {where}")


def _with_data(values: dict[str, Any]) -> dict[str, Any]:
    """Upgrade from schema 1, in which the settings of both kinds of data stood beside each other."""
    rest = {name: value for name, value in values.items() if name not in (*_OF_SCANS, "simulation")}
    if values.get("simulation") is not None:
        return {**rest, "data": {"kind": SIMULATED, **_simulation(values["simulation"])}}
    data = {name: values[name] for name in _OF_SCANS if name in values}
    if isinstance(data.get("augmentation"), dict):
        data["augmentation"] = {_RENAMED.get(name, name): v for name, v in data["augmentation"].items()}
    return {**rest, "data": {"kind": SCAN, **data}}


def _simulation(stored: Any) -> dict[str, Any]:
    """Return the settings of a simulation; early versions stored a CIF file and space group alone."""
    values = validated(dict[str, Any], stored, "simulation of the recipe")
    crystal = {name: values.pop(name) for name in ("cif", "space_group") if name in values}
    return {**values, "crystal": values.get("crystal") or crystal}
