"""Heads by their targets."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.heads.registry import head_class, target_names


def test_a_target_may_have_a_head_for_each_output():
    assert target_names()[:2] == ("euler", "rotation")
    assert head_class("rotation").output == "vector"
    assert head_class("rotation", "azimuths").output == "azimuths"
    assert head_class("rotation") is not head_class("rotation", "azimuths")


def test_what_has_no_head_is_a_clear_error():
    with pytest.raises(KerasStemError, match="target to be one of euler, rotation, found 'quaternion'"):
        head_class("quaternion")
    with pytest.raises(
        KerasStemError, match=r"euler is for networks whose output is vector, found .* azimuths"
    ):
        head_class("euler", "azimuths")
