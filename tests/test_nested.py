"""Nested settings as flat ones."""

from keras_stem.nested import flat


def test_names_of_groups_stand_before_those_of_settings():
    nested = {"seed": 1, "network": {"filters": (8,), "inner": {"size": 3}}, "none": {}}
    assert flat(nested) == {"seed": 1, "network.filters": (8,), "network.inner.size": 3}
    assert flat({"q": 20}, "thresholds.") == {"thresholds.q": 20}
