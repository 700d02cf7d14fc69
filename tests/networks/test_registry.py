from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks import registry
from keras_stem.networks.declaration import NetworkConfig, option


@dataclass(frozen=True)
class SeededConfig(NetworkConfig):
    """Options of a network of another package, one of which every training has."""

    arch = "seeded"
    title = "Seeded"
    summary = "a network with a seed of its own"
    builder = "nowhere:build"

    seed: int = option(0, "Seed of the layers.", 0)


@pytest.fixture
def seeded(monkeypatch):
    entry = EntryPoint("seeded", f"{__name__}:SeededConfig", registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: SeededConfig, raising=True)
    monkeypatch.setattr(registry, "_entries", lambda: {"seeded": entry})


def test_an_option_that_every_training_has_is_refused(seeded):
    with pytest.raises(KerasStemError, match="found seed, which every training has"):
        registry.config_class("seeded")


def test_other_networks_do_without_a_network_that_is_refused(seeded):
    assert registry.config_classes() == {}
