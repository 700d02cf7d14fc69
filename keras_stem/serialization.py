"""Lazy registration of this package's classes with Keras, for loading saved models.

Keras imports no modules named in a saved model other than its own, but looks up registered classes. The names
are registered as soon as Keras is imported, and each class is imported when a model needs it. Therefore
``import keras_stem`` suffices for loading a model and does not import Keras.
"""

import importlib
import sys
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import Any

CLASSES = {
    "heads.euler": ("EulerDecoder",),
    "heads.rotation": ("RotationDecoder",),
    "heads.votes": ("VoteDecoder",),
    "networks.densenet.batch_norm": ("FusedBatchNormalization",),
    "models.geometry_encoder": ("GeometryEncoder",),
    "models.layers": ("LogScale", "UnitScale"),
    "models.orientation_model": ("OrientationModel",),
    "networks.polar.layers": ("CircularConv", "Halve", "PolarSampling"),
    "networks.swin.layers": ("PatchMerging", "SwinBlock", "WindowAttention"),
    "training.schedule": ("PaperDecay",),
}
"""Names of the classes registered by each module."""


@dataclass(frozen=True)
class _Deferred:
    """Placeholder of a class until it is needed.

    Parameters
    ----------
    module, name
        Module and name of the class; importing the module registers the class in place of the placeholder.
    """

    module: str
    name: str

    def from_config(self, config: dict[str, Any]) -> Any:
        """Import the class and return the result of its ``from_config``."""
        return getattr(importlib.import_module(self.module), self.name).from_config(config)


class _WhenKerasIsImported(MetaPathFinder):
    """Import hook that registers the classes of this package at the end of the import of Keras."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != "keras":
            return None
        # Removed while the other finders search, then restored, since not every search leads to an import.
        sys.meta_path.remove(self)
        try:
            spec = find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            self._extend(spec.loader)
        return spec

    def _extend(self, loader: Loader) -> None:
        execute = loader.exec_module

        def execute_and_register(module):
            execute(module)
            sys.meta_path.remove(self)
            _register()

        loader.exec_module = execute_and_register


def register_with_keras() -> None:
    """Register the classes of this package with Keras, immediately or when it is imported."""
    if "keras" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _WhenKerasIsImported())


def _register() -> None:
    from keras.saving import get_custom_objects

    for module, names in CLASSES.items():
        for name in names:
            get_custom_objects().setdefault(f"keras_stem>{name}", _Deferred(f"keras_stem.{module}", name))
