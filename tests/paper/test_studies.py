"""The studies of the paper's tables."""

from pathlib import Path

import paper
import pytest

from keras_stem.study.description import read_study
from keras_stem.training.options import recipe_from_options

STUDIES = sorted(Path(paper.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_cell_is_a_training(path):
    recipes = [recipe_from_options(cell.options) for cell in read_study(str(path)).cells]
    assert len({str(recipe) for recipe in recipes}) == len(recipes) >= 4
    if path.stem != "ours":
        stop = "never" if path.stem == "figure-8" else "r2>0.95"
        assert {(recipe.stop, recipe.score_every, recipe.target) for recipe in recipes} == {
            (stop, 10, "euler")
        }
