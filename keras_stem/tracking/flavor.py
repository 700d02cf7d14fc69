"""MLflow model format of keras_stem, which MLflow loads without further configuration.

A model has the flavours ``keras`` and ``python_function``, the latter with a loader of keras_stem. Since the
package is not available from a package index, the model includes a copy of its code.
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
        Orientation model.
    path
        Path of the folder, which is empty or does not exist.
    mlflow_model
        MLflow description of the model, which is completed and written.
    options
        Further options of `mlflow.keras.save_model`.
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
    """Return the MLflow signature of the model.

    MLflow requires an exact match of tensor types, but accepts any array for the object type.
    """
    outputs = [ColSpec(DataType.double, name) for name in COLUMNS]
    return ModelSignature(
        inputs=Schema([TensorSpec(np.dtype(object), (-1,), INPUT)]),
        outputs=Schema([*outputs, ColSpec(DataType.string, "phase")]),
    )


def requirements() -> list[str]:
    """Return the pip requirements of the package, pinned to the installed versions.

    The list belongs to the code that is included in the model. The metadata of an editable installation date
    from the installation and may lack requirements that were added to the code later.
    """
    lines = (_PACKAGE / "requirements.txt").read_text().splitlines()
    return [_pinned(Requirement(line)) for line in lines]


def _pinned(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    try:
        found = Version(version(requirement.name)).public  # indexes do not offer builds such as 2.1+cpu
    except PackageNotFoundError:  # another distribution provides it, as tensorflow-cpu for tensorflow
        return f"{requirement.name}{extras}{requirement.specifier}"
    return f"{requirement.name}{extras}=={found}"
