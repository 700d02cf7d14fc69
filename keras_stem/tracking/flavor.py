"""How a model is stored in MLflow, so that plain MLflow loads it.

It has the flavours ``keras``, and ``python_function`` with a loader of ours. The package is on no index, so
the model carries it.
"""

import shutil
from importlib.metadata import PackageNotFoundError, version
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
_PACKAGE = Path(__file__).parents[1]


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
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(_PACKAGE, Path(path, _CODE, _PACKAGE.name), ignore=ignored)
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
    """Return what the package requires, in the versions that are installed, as pip takes it.

    The list is that of the code which the model carries. The metadata of an editable installation are as old
    as the installation, and may lack what the code has come to import since.
    """
    lines = (_PACKAGE / "requirements.txt").read_text().splitlines()
    return [_pinned(Requirement(line)) for line in lines]


def _pinned(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    try:
        found = Version(version(requirement.name)).public  # no index has builds such as 2.1+cpu
    except PackageNotFoundError:  # another distribution gives it, as tensorflow-cpu does tensorflow
        return f"{requirement.name}{extras}{requirement.specifier}"
    return f"{requirement.name}{extras}=={found}"
