"""Trainings whose store is a tracking server: a real one, and ones that fail."""

import shutil
from pathlib import Path

import mlflow
import pytest
from click.testing import CliRunner
from tracking_server import Address, failing_server, free_port, hanging_server, mlflow_server

from keras_stem.cli.main import program
from keras_stem.study.description import Cell, Study
from keras_stem.tracking.registry import CHAMPION, holder
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.run import TrackedRun
from keras_stem.tracking.run_copy import RunCopy
from keras_stem.tracking.spool import spool_for
from keras_stem.training.state import last_interrupted
from keras_stem.workflow.compare import named_study_rows
from keras_stem.workflow.fit import fit, resume
from keras_stem.workflow.study import run_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def port(tmp_path_factory, empty_store):
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(empty_store, folder / "mlflow.db")
    with mlflow_server(folder) as port:
        yield port


@pytest.fixture
def server(port):
    """A server with which nothing was recorded, at an address that nothing listens on yet."""
    client = mlflow.MlflowClient(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}")
    for experiment in client.search_experiments():
        for run in client.search_runs([experiment.experiment_id]):
            client.delete_run(run.info.run_id)
    for model in client.search_registered_models():
        client.delete_registered_model(model.name)
    address = Address(port)
    yield address
    address.stop()


@pytest.fixture
def at(monkeypatch):
    """Set the address of the store."""
    return lambda uri: monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)


def told(*arguments):
    result = CliRunner().invoke(program, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def contents(uri):
    """Return everything that a server has of runs, by their ids."""
    client = mlflow.MlflowClient(uri, uri)
    experiment = client.get_experiment_by_name("keras_stem").experiment_id
    return {run.info.run_id: _described(client, run) for run in client.search_runs([experiment])}


def _described(client, run):
    run_id = run.info.run_id
    return {
        "info": (run.info.status, run.info.end_time),
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": {
            key: [(metric.step, metric.value) for metric in client.get_metric_history(run_id, key)]
            for key in run.data.metrics
        },
        "files": dict(_names(lambda path: client.list_artifacts(run_id, path))),
        "models": [output.model_id for output in run.outputs.model_outputs],
        "inputs": [one.dataset.digest for one in run.inputs.dataset_inputs],
        "versions": [
            (version.name, version.version)
            for version in client.search_model_versions(f"run_id = '{run_id}'")
        ],
    }


def _names(list_folder, path=None):
    for info in list_folder(path):
        if info.is_dir:
            yield from _names(list_folder, info.path)
        else:
            yield info.path, info.file_size


def test_a_run_is_complete_on_the_server_at_the_end(scan_path, narrow_recipe, server, at):
    server.start()
    at(server.uri)
    result = fit(scan_path, narrow_recipe, tags={"note": "ours"}, tell=print)
    assert result.model_uri == "models:/LiNiO2/1" and result.aliases == ["cnn", CHAMPION]
    assert load_model(result.model_uri).card.arch == "cnn"
    [run_id] = contents(server.uri)
    assert run_id == result.run_id
    run = contents(server.uri)[run_id]
    assert run["info"][0] == "FINISHED" and run["params"]["arch"] == "cnn" and run["tags"]["note"] == "ours"
    assert [step for step, _ in run["metrics"]["loss"]] == [1, 2]
    assert {"recipe.json", "history.csv", "figures/curves.png"} <= set(run["files"])
    assert len(run["models"]) == len(run["inputs"]) == 1
    before = contents(server.uri)
    assert "has everything" in told("sync")
    assert contents(server.uri) == before
    second = fit(scan_path, narrow_recipe)
    assert second.model_uri == "models:/LiNiO2/2"
    description = Path(mlflow.artifacts.download_artifacts("models:/LiNiO2/2/MLmodel")).read_text()
    assert second.run_id in description


def test_what_an_absent_server_did_not_take_is_sent_once(scan_path, narrow_recipe, server, at):
    at(server.uri)
    lines = []
    result = fit(scan_path, narrow_recipe, tell=lines.append)
    assert "is not sent" in lines[-2] and "kstem sync sends the rest" in lines[-1]
    assert Path(result.model_uri).is_file() and result.aliases == []
    assert load_model(result.model_uri).card.arch == "cnn"
    failing = CliRunner().invoke(program, ["sync"])
    assert failing.exit_code == 1 and "does not answer" in str(failing.exception)
    server.start()
    text = told("sync")
    assert "Registered as models:/LiNiO2/1 (now cnn, champion)." in text
    assert not Path(result.model_uri).exists()
    before = contents(server.uri)
    assert "has everything" in told("sync")
    assert contents(server.uri) == before
    [run_id] = before
    assert before[run_id]["info"][0] == "FINISHED" and len(before[run_id]["metrics"]["loss"]) == 2
    assert load_model("models:/LiNiO2/1").card.arch == "cnn"


def test_a_copy_that_was_cut_off_is_continued(scan_path, narrow_recipe, server, at, monkeypatch):
    at(server.uri)
    fit(scan_path, narrow_recipe)
    server.start()
    upload = mlflow.MlflowClient.log_model_artifact
    monkeypatch.setattr(mlflow.MlflowClient, "log_model_artifact", _fails_after(upload, 3))
    cut = CliRunner().invoke(program, ["sync"])
    assert cut.exit_code == 1 and "cut off" in str(cut.exception)
    monkeypatch.setattr(mlflow.MlflowClient, "log_model_artifact", upload)
    [run_id] = contents(server.uri)
    told("sync")
    assert list(contents(server.uri)) == [run_id]
    assert len(contents(server.uri)[run_id]["models"]) == 1
    assert load_model("models:/LiNiO2/1").card.arch == "cnn"


def _fails_after(upload, count):
    done = []

    def log(self, *arguments, **options):
        if len(done) == count:
            raise OSError("cut off")
        done.append(1)
        return upload(self, *arguments, **options)

    return log


def test_a_server_that_stops_in_the_middle(scan_path, narrow_recipe, server, at, monkeypatch):
    server.start()
    at(server.uri)
    log_epoch = TrackedRun.log_epoch

    def log(self, epoch, logs):
        log_epoch(self, epoch, logs)
        if epoch == 2:
            server.stop()

    monkeypatch.setattr(TrackedRun, "log_epoch", log)
    lines = []
    result = fit(scan_path, narrow_recipe, tell=lines.append)
    assert Path(result.model_uri).is_file()
    server.start()
    assert "Registered as models:/LiNiO2/1" in told("sync")
    [complete] = contents(server.uri).values()
    assert complete["info"][0] == "FINISHED"
    assert [step for step, _ in complete["metrics"]["loss"]] == [1, 2]


@pytest.mark.parametrize("status", [401, 503])
def test_a_server_that_answers_with_errors(scan_path, narrow_recipe, at, status):
    with failing_server(status) as uri:
        at(uri)
        lines = []
        result = fit(scan_path, narrow_recipe, tell=lines.append)
    assert Path(result.model_uri).is_file()
    assert "is not sent" in lines[-2] and "error" in lines[-2]


def test_a_server_that_hangs(scan_path, narrow_recipe, at):
    with hanging_server() as uri:
        at(uri)
        lines = []
        result = fit(scan_path, narrow_recipe, tell=lines.append)
        assert Path(result.model_uri).is_file()
        assert "kstem sync sends the rest" in lines[-1]


def test_an_interrupted_training_is_resumed_without_its_server(
    scan_path, narrow_recipe, server, at, monkeypatch
):
    from keras_stem.tracking.run import TrackedRun

    at(server.uri)
    log_epoch = TrackedRun.log_epoch

    def log(self, epoch, logs):
        log_epoch(self, epoch, logs)
        if epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(TrackedRun, "log_epoch", log)
    with pytest.raises(KeyboardInterrupt):
        fit(scan_path, narrow_recipe)
    monkeypatch.setattr(TrackedRun, "log_epoch", log_epoch)
    server.start()
    told("sync")
    [(run_id, killed)] = contents(server.uri).items()
    assert killed["info"][0] == "KILLED"
    result = resume(last_interrupted())
    assert result.run_id == run_id
    [finished] = contents(server.uri).values()
    assert finished["info"][0] == "FINISHED" and holder(
        mlflow.MlflowClient(server.uri, server.uri), "LiNiO2", CHAMPION
    )


def test_a_run_whose_copy_was_deleted_leaves_the_others(scan_path, narrow_recipe, server, at):
    at(server.uri)
    for _ in range(2):
        fit(scan_path, narrow_recipe)
    server.start()
    spool, client = spool_for(server.uri), mlflow.MlflowClient(server.uri, server.uri)
    first, second = spool.pending(spool.client())
    copy = RunCopy(spool.client(), client, first.info.run_id)
    client.delete_run(copy.run_id)
    text = told("sync")
    assert f"Run {copy.run_id} was deleted there, and is sent no more." in text
    [run] = contents(server.uri).values()
    assert run["tags"]["keras_stem.copy_of"] == second.info.run_id
    assert "has everything" in told("sync")


def test_aliases_that_were_not_decided_are_left_to_sync(scan_path, narrow_recipe, server, at, monkeypatch):
    server.start()
    at(server.uri)
    with monkeypatch.context() as patch:
        patch.setattr("keras_stem.workflow.publication.promote_alias", _fails_after(None, 0))
        result = fit(scan_path, narrow_recipe)
    assert result.model_uri == "models:/LiNiO2/1" and result.aliases == []
    assert "Registered as models:/LiNiO2/1 (now cnn, champion)." in told("sync")
    assert "has everything" in told("sync")


def test_a_study_on_a_server(scan_path, server, at):
    server.start()
    at(server.uri)
    small = {"recipe": "paper", "arch": "cnn", "filters": (4,), "widths": (16,), "max_epochs": 1}
    result = run_study(Study("one", "One", (Cell("only", small),)), scan_path)
    assert [row.name for row in result.rows] == ["only"]
    [again] = named_study_rows("one")
    assert again.name == "only" and again.metrics == result.rows[0].metrics


def test_spools_of_servers_are_apart():
    first, second = (spool_for(f"http://127.0.0.1:{free_port()}") for _ in range(2))
    assert first.folder != second.folder and first.server != second.server
