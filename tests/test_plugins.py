"""Objects of this package and of others under one name."""

from importlib.metadata import EntryPoint

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.plugins import loaded, plugins

OWN = {"b": "json:dumps", "a": "json:loads"}


@pytest.fixture
def others(monkeypatch):
    """Entry points of other packages, one under a name of ours."""
    found = [EntryPoint(name, "theirs:thing", "things") for name in ("z", "c", "a")]
    monkeypatch.setattr("keras_stem.plugins.entry_points", lambda group: found)


@pytest.mark.usefixtures("others")
def test_ours_come_first_and_are_not_replaced():
    found = plugins("things", OWN)
    assert list(found) == ["b", "a", "c", "z"]
    assert found["a"].value == "json:loads"
    assert loaded(found["b"], "thing")([1]) == "[1]"


@pytest.mark.usefixtures("others")
def test_what_cannot_be_imported_is_named_with_its_place():
    with pytest.raises(KerasStemError, match="Cannot import the thing z from theirs:thing: No module named"):
        loaded(plugins("things", OWN)["z"], "thing")
