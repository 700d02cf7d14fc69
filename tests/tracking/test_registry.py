"""Registered models: their names, their aliases and the list of them."""

from urllib.parse import unquote

import pytest
from phase_names import NAMES

from keras_stem.tracking.registry import (
    CHAMPION,
    holder,
    promote_alias,
    registered_models,
    registered_name,
)


@pytest.mark.parametrize("name", NAMES)
def test_registered_names_are_legal_and_lead_back(name):
    made = registered_name(name)
    assert not set('/:@?#"\\') & set(made)
    assert made == made.strip(" .")
    assert unquote(made) == name


def test_usual_names_stay_as_they_are():
    for name in ("LiNiO2", "γ'", "α-Fe", "Ni3Al (γ')"):
        assert registered_name(name) == name
    assert registered_name("x/y:z") == "x%2Fy%3Az"


@pytest.mark.backend
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


@pytest.mark.backend
def test_models_are_listed_with_scores_and_aliases(client, trained):
    [model] = [model for model in registered_models(client) if model.uri == trained.model_uri]
    assert (model.arch, set(model.aliases)) == ("cnn", {"cnn", CHAMPION})
    assert model.metrics["final_test_median"] == pytest.approx(trained.scores["test"].median)


@pytest.mark.backend
def test_names_of_phases_become_legal_names_of_models():
    assert registered_name("Fe / 2:1 oxide") == "Fe %2F 2%3A1 oxide"
    assert registered_name("") == "unnamed"
