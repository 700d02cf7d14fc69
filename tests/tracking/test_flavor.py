"""What is written with a registered model: signature, card and requirements."""

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import mlflow
import pytest
from packaging.utils import canonicalize_name

import keras_stem
from keras_stem.tracking.store import connect

pytestmark = pytest.mark.backend


def test_the_model_is_registered_after_its_phase_with_signature_and_card(client, trained):
    version = client.get_model_version("LiNiO2", trained.model_uri.rsplit("/", 1)[1])
    assert version.tags["arch"] == "cnn"
    info = mlflow.models.get_model_info(trained.model_uri)
    assert info.signature.inputs.input_names() == ["patterns"]
    columns = ["phi1", "Phi", "phi2", "uncertainty", "reliability", "phase"]
    assert info.signature.outputs.input_names() == columns
    assert info.flavors["keras"]["keras_backend"]
    assert info.metadata["card"]["point_group"] == "32"


def test_a_model_lists_what_the_package_requires_in_the_versions_it_was_made_with(trained):
    connect()
    path = mlflow.artifacts.download_artifacts(f"{trained.model_uri}/requirements.txt")
    listed = dict(line.split("==") for line in Path(path).read_text().splitlines())
    names = {canonicalize_name(name.split("[")[0]) for name in listed}
    given = packages_distributions()
    for module in _imported():
        assert names & {canonicalize_name(name) for name in given[module]}, f"nothing that gives {module}"
    assert listed["keras"] == __import__("keras").__version__
    assert "keras_stem" not in listed


def _imported() -> set[str]:
    """Return the modules of others that ours import as soon as they are imported, without those of extras."""
    found, package = set(), Path(keras_stem.__file__).parent
    for path in set(package.rglob("*.py")) - set((package / "cluster").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module)
    return {name.split(".")[0] for name in found} - sys.stdlib_module_names - {"keras_stem"}
