"""Phases of any name, in any script, from the training to the page about it."""

import html
import shutil
from dataclasses import replace

import pytest
from phase_names import NAMES

from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.tracking.registry import promote_alias, register, registered_models
from keras_stem.tracking.resolve import best_reference, load_model
from keras_stem.workflow.report_run import find_run

ALL_AT_ONCE = "γ'\" <x&y> [b]50%[/b] $Ni$: x@y 奥氏体 "


@pytest.fixture
def registered(request, client, trained):
    """The trained model as one of a phase of another name, which is forgotten after the test."""
    card = load_model(trained.run_id).card
    card = replace(card, phase={**card.phase, "name": request.param})
    name, number = trained.model_uri.removeprefix("models:/").split("/")
    logged = client.get_model_version(name, number)
    version = register(client, card, logged.source, logged.model_id, trained.run_id)
    promote_alias(client, version, 5.0, lambda incumbent: None)
    yield version
    client.delete_registered_model(version.name)


@pytest.mark.parametrize(("registered", "phase"), [(name, name) for name in NAMES], indirect=["registered"])
def test_a_model_of_any_name_is_found(registered, phase, client, trained, run, monkeypatch):
    uri = f"models:/{registered.name}/1"
    assert best_reference(phase) == best_reference(phase, "cnn") == uri
    assert load_model(uri).card.arch == "cnn"
    assert find_run(uri).info.run_id == trained.run_id
    assert find_run(f"models:/{registered.name}@champion").info.run_id == trained.run_id
    [found] = [model for model in registered_models(client) if model.uri == uri]
    assert (found.phase, set(found.aliases)) == (phase, {"cnn", "champion"})
    monkeypatch.setenv("COLUMNS", "120")
    told = run("models")
    assert uri in told
    assert trained.model_uri in told
    assert (
        phase == registered.name
        or f"{registered.name} is the registered model of the phase {phase!r}." in told
    )


@pytest.mark.slow
def test_from_the_training_to_the_page(own_store, scan_path, narrow_recipe, tmp_path, run, monkeypatch):
    from keras_stem.workflow.fit import fit

    monkeypatch.setenv("COLUMNS", "200")
    scan = shutil.copy(scan_path, tmp_path / "γ' #1 50%.h5")
    with Scan(scan) as opened:
        labels = opened.labels
    labels.phases[0].name = ALL_AT_ONCE
    append_labels(scan, labels)
    made = fit(scan, replace(narrow_recipe, max_epochs=1))
    assert made.aliases == ["cnn", "champion"]
    assert made.model_uri in run("models")
    assert ALL_AT_ONCE.strip() in run("info", scan)
    assert f"Model {made.model_uri} on" in run("evaluate", scan)
    assert made.model_uri in run("map", scan, "--out", tmp_path / "map")
    run("report", tmp_path / "map" / "map.h5", "--out", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"Orientation map of {ALL_AT_ONCE}" in html.unescape(page)
    assert "<x&y>" not in page
    figure = (tmp_path / "page" / "ipf_z.svg").read_text(encoding="utf-8")
    assert f"{ALL_AT_ONCE}, crystal direction along z" in html.unescape(figure)
    run("report", made.model_uri, "--out", tmp_path / "training.html")
    assert made.model_uri in html.unescape((tmp_path / "training.html").read_text(encoding="utf-8"))
