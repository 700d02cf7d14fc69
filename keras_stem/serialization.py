"""Our classes in saved models, known to Keras without being imported.

Keras imports no module that a saved model names (only its own), but looks for what is registered. So that
``import keras_stem`` is enough to load a model, and loads no Keras by itself, names are registered as soon as
Keras is imported, and the classes imported when a model names them.
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
"""Names of the classes that each module registers."""


@dataclass(frozen=True)
class _Deferred:
    """Stands for a class until it is needed.

    Parameters
    ----------
    module, name
        Of the class; its module registers it in the place of this.
    """

    module: str
    name: str

    def from_config(self, config: dict[str, Any]) -> Any:
        """Import the class and return what its own ``from_config`` gives."""
        return getattr(importlib.import_module(self.module), self.name).from_config(config)


class _WhenKerasIsImported(MetaPathFinder):
    """Finds Keras where it is, and lets our names be registered at the end of its import."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != "keras":
            return None
        # Out of the way for the others to find it; it stays, as not everybody who looks for Keras imports it.
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
    """Register our classes with Keras, now or when it is imported."""
    if "keras" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _WhenKerasIsImported())


def _register() -> None:
    from keras.saving import get_custom_objects

    for module, names in CLASSES.items():
        for name in names:
            get_custom_objects().setdefault(f"keras_stem>{name}", _Deferred(f"keras_stem.{module}", name))
