"""Figures by name."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.figures.registry import PAPER_FIGURES, figure_function, figure_names


def test_figures_of_the_paper_come_first():
    assert figure_names()[: len(PAPER_FIGURES)] == PAPER_FIGURES
    assert PAPER_FIGURES[:4] == ("figure_1", "figure_7", "figure_8", "figure_9")


@pytest.mark.parametrize("name", PAPER_FIGURES)
def test_each_figure_of_the_paper_has_a_function_of_its_own(name):
    functions = {figure_function(other) for other in PAPER_FIGURES if other != name}
    assert callable(figure_function(name))
    assert figure_function(name) not in functions


def test_an_unknown_figure_is_refused_by_the_names_of_all():
    with pytest.raises(KerasStemError, match=r"figure_1, .*figure_a4.*'figure_2'"):
        figure_function("figure_2")
