"""Crystal orientation mapping from 4D-STEM and SPED diffraction patterns with deep neural networks.

Public names are imported lazily on first use, so that ``import keras_stem`` loads no Keras backend, no
MLflow, no orix and no matplotlib.
"""

import importlib
from typing import Any

from keras_stem.environment import prepare_caches
from keras_stem.errors import KerasStemError
from keras_stem.serialization import register_with_keras
from keras_stem.version import __version__

_HOME = {
    "Augmentation": "keras_stem.pipeline.augmentation",
    "CrystalFile": "keras_stem.crystal.structure_files",
    "Instrument": "keras_stem.scan.instrument",
    "Nuisances": "keras_stem.simulate.stream",
    "Recipe": "keras_stem.training.recipe",
    "Scan": "keras_stem.scan.scan",
    "ScanData": "keras_stem.training.data_settings",
    "Simulation": "keras_stem.simulate.simulation",
    "SimulatedData": "keras_stem.training.data_settings",
    "build_model": "keras_stem.networks.build",
    "default_recipe": "keras_stem.training.options",
    "fit": "keras_stem.workflow.fit",
    "load_model": "keras_stem.tracking.resolve",
    "load_phase": "keras_stem.crystal.structure_files",
    "map_scan": "keras_stem.workflow.mapping",
    "paper_recipe": "keras_stem.training.options",
    "read_study": "keras_stem.study.description",
    "run_study": "keras_stem.workflow.study",
    "simulate_scan": "keras_stem.simulate.simulation",
}

prepare_caches()

__all__ = ["KerasStemError", "__version__", *_HOME]

register_with_keras()


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
