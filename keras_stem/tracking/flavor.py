"""How a model is stored in MLflow, so that plain MLflow loads it.

It has the flavours ``keras``, and ``python_function`` with a loader of ours. The package is on no index, so
the model carries it.
"""

import shutil
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.models import Model, ModelSignature
from mlflow.types.schema import ColSpec, DataType, Schema, TensorSpec
from packaging.requirements import Requirement
from packaging.version import Version

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.tracking.pyfunc import COLUMNS, INPUT

_CODE = "code"


def save_model(model: OrientationModel, path: str, mlflow_model: Model, **options: Any) -> None:
    """Write a model in MLflow's format; `mlflow.models.Model.log` calls this.

    Parameters
    ----------
    model
        The model.
    path
        The folder, which is empty or absent.
    mlflow_model
        Description of the model, which is completed and written.
    options
        Others of `mlflow.keras.save_model`.
    """
    package = Path(__file__).parents[1]
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, Path(path, _CODE, package.name), ignore=ignored)
    mlflow.keras.save_model(
        model,
        path,
        mlflow_model=mlflow_model,
        signature=signature(),
        pip_requirements=requirements(),
        **options,
    )
    mlflow.pyfunc.add_to_model(
        mlflow_model,
        loader_module="keras_stem.tracking.pyfunc",
        data="data",
        code=_CODE,
        conda_env="conda.yaml",
        python_env="python_env.yaml",
    )
    mlflow_model.save(str(Path(path, "MLmodel")))


def signature() -> ModelSignature:
    """Return what the model takes and gives.

    MLflow compares the types of tensors exactly, and takes every array for one of objects.
    """
    outputs = [ColSpec(DataType.double, name) for name in COLUMNS]
    return ModelSignature(
        inputs=Schema([TensorSpec(np.dtype(object), (-1,), INPUT)]),
        outputs=Schema([*outputs, ColSpec(DataType.string, "phase")]),
    )


def requirements() -> list[str]:
    """Return what the package requires, in the versions that are installed, as pip takes it."""
    declared = [Requirement(text) for text in requires("keras_stem")]
    return [_pinned(one) for one in declared if one.marker is None or one.marker.evaluate({"extra": ""})]


def _pinned(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    try:
        found = Version(version(requirement.name)).public  # no index has builds such as 2.1+cpu
    except PackageNotFoundError:  # another distribution gives it, as tensorflow-cpu does tensorflow
        return f"{requirement.name}{extras}{requirement.specifier}"
    return f"{requirement.name}{extras}=={found}"
