"""What the package knows of the paper's trainings."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.paper import paper_archs, paper_options


def test_networks_are_in_the_order_of_the_paper():
    assert paper_archs() == ("cnn", "densenet", "swin")


def test_options_of_a_network_are_named_as_those_of_a_training():
    options = paper_options("cnn")
    assert (options["target"], options["learning_rate"], options["batch_size"]) == ("euler", 5e-4, 64)
    assert not any("-" in name for name in options)


def test_a_network_has_its_own_options_beside_the_common_ones():
    options = paper_options("swin")
    assert (options["target"], options["learning_rate"], options["batch_size"]) == ("euler", 1e-4, 32)


def test_another_network_is_a_clear_error():
    with pytest.raises(KerasStemError, match="no polar network; its networks are cnn, densenet and swin"):
        paper_options("polar")
