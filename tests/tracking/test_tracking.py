from pathlib import Path

import mlflow
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.inference.predictions import predict
from keras_stem.metrics.vocabulary import COST
from keras_stem.pipeline.source import ScanSource
from keras_stem.tracking.registry import CHAMPION, holder, promote_alias, registered_models, registered_name
from keras_stem.tracking.resolve import best_reference, load_model
from keras_stem.tracking.store import connect

pytestmark = pytest.mark.backend


@pytest.fixture
def client(trained):
    return connect()


def test_a_run_holds_recipe_data_curves_scores_and_figures(client, trained, scan, narrow_recipe):
    run = client.get_run(trained.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {name: str(value) for name, value in narrow_recipe.flat().items()}
    assert run.inputs.dataset_inputs[0].dataset.digest == scan.fingerprint
    assert len(client.get_metric_history(trained.run_id, "loss")) == trained.epochs == 2
    for subset in ("val", "test", "q"):
        for name, value in trained.scores[subset].named(f"final_{subset}").items():
            assert run.data.metrics[name] == pytest.approx(value)
    needed = {"epochs_to_criterion"}  # there is no criterion
    assert {quantity.name for quantity in COST} - needed <= set(run.data.metrics)
    artifacts = {item.path for item in client.list_artifacts(trained.run_id)}
    assert {"history.csv", "recipe.json", "figures"} <= artifacts
    figures = {item.path for item in client.list_artifacts(trained.run_id, "figures")}
    names = ("curves", "test_parity")
    assert figures == {f"figures/{name}.{suffix}" for name in names for suffix in ("png", "svg")}
    history = mlflow.artifacts.load_text(f"runs:/{trained.run_id}/history.csv").splitlines()
    assert history[0].startswith("epoch,loss,seconds,val_median")
    assert len(history) == 3


def test_the_model_is_registered_after_its_phase_with_signature_and_card(client, trained):
    version = client.get_model_version("LiNiO2", trained.model_uri.rsplit("/", 1)[1])
    assert version.tags["arch"] == "cnn"
    info = mlflow.models.get_model_info(trained.model_uri)
    assert info.signature.inputs.input_names() == ["patterns"]
    columns = ["phi1", "Phi", "phi2", "uncertainty", "reliability", "phase"]
    assert info.signature.outputs.input_names() == columns
    assert info.flavors["keras"]["keras_backend"]
    assert info.metadata["card"]["point_group"] == "32"


def test_every_way_to_name_a_model_leads_to_it(trained, scan):
    source, positions = ScanSource(scan), np.arange(10)
    expected = predict(load_model(trained.model_uri), source, positions).euler
    references = (
        trained.run_id,
        f"runs:/{trained.run_id}/model",
        best_reference("LiNiO2"),
        best_reference(None, "cnn"),
    )
    for reference in references:
        found = predict(load_model(reference), source, positions).euler
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    "reference", ["models:/LiNiO2/99", "models:/Unobtainium/1", "0" * 32, "no such thing", "absent.keras"]
)
def test_what_names_no_model_is_a_clear_error(trained, reference):
    with pytest.raises(KerasStemError) as raised:
        load_model(reference)
    assert reference in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_model_of_a_phase_is_a_clear_error(trained):
    with pytest.raises(KerasStemError, match="no registered model of Cu"):
        best_reference("Cu")


def test_aliases_move_only_to_a_better_score_on_the_same_data(client, trained):
    first = holder(client, "LiNiO2", CHAMPION)
    second = client.create_model_version("LiNiO2", first.source, tags={"arch": "cnn"})
    try:
        assert promote_alias(client, second, median=5.0, score_incumbent=lambda version: 4.0) == []
        assert promote_alias(client, second, median=5.0, score_incumbent=lambda version: None) == []
        assert holder(client, "LiNiO2", CHAMPION).version == first.version
        assert promote_alias(client, second, median=5.0, score_incumbent=lambda version: 6.0) == [
            "cnn",
            CHAMPION,
        ]
        assert holder(client, "LiNiO2", CHAMPION).version == second.version
    finally:
        for alias in ("cnn", CHAMPION):
            client.set_registered_model_alias("LiNiO2", alias, first.version)
        client.delete_model_version("LiNiO2", second.version)


def test_models_are_listed_with_scores_and_aliases(client, trained):
    [model] = [model for model in registered_models(client) if model.uri == trained.model_uri]
    assert (model.arch, set(model.aliases)) == ("cnn", {"cnn", CHAMPION})
    assert model.metrics["final_test_median"] == pytest.approx(trained.scores["test"].median)


def test_names_of_phases_become_legal_names_of_models():
    assert registered_name("Fe / 2:1 oxide") == "Fe %2F 2%3A1 oxide"
    assert registered_name("") == "unnamed"


def test_default_store_is_sqlite_in_mlruns(monkeypatch):
    from keras_stem.tracking.store import absolute_uri, tracking_uri

    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert tracking_uri() == "sqlite:///mlruns/mlflow.db"
    assert absolute_uri() == f"sqlite:///{Path.cwd()}/mlruns/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking.example")
    assert tracking_uri() == "http://tracking.example"
