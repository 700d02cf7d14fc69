"""What a run of a training holds."""

import mlflow
import pytest

from keras_stem.metrics.vocabulary import COST

pytestmark = pytest.mark.backend


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
