"""Test sets and methods by name: each module of the folders ``sets`` and ``methods`` adds its own."""

import importlib
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING

import judge.methods
import judge.sets

if TYPE_CHECKING:
    from judge.method import Method
    from judge.test_set import TestSet


def test_sets() -> dict[str, "TestSet"]:
    """Return the test sets, the ``SETS`` of each module."""
    return {one.name: one for module in _modules(judge.sets) for one in module.SETS}


def methods() -> dict[str, "Method"]:
    """Return the methods, the ``METHODS`` of each module."""
    return {one.name: one for module in _modules(judge.methods) for one in module.METHODS}


def _modules(package: ModuleType) -> list[ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]
