import pytest

from keras_stem.errors import KerasStemError
from keras_stem.study.description import read_study, shipped_studies
from keras_stem.training.options import recipe_from_options


def test_the_papers_studies_and_ours_ship():
    assert shipped_studies() == [
        "ablation",
        "architectures",
        "batch-size",
        "clamp",
        "densenet",
        "kernel-size",
        "label-quality",
        "layers",
        "schedule",
        "targets",
        "variants",
    ]


@pytest.mark.parametrize("name", shipped_studies())
def test_every_cell_is_a_recipe_of_its_own(name):
    recipes = [recipe_from_options(cell.options) for cell in read_study(name).cells]
    assert len({str(recipe) for recipe in recipes}) == len(recipes) >= 2


def test_grids_are_the_papers():
    sizes = [cell.options["batch_size"] for cell in read_study("batch-size").cells]
    assert sizes[::2] == [8, 16, 32, 64, 96, 128, 256]
    kernels = [
        recipe_from_options(cell.options).network.kernel_size for cell in read_study("kernel-size").cells
    ]
    assert kernels[::2] == [3, 7, 13, 19, 25, 31]
    for name in ("batch-size", "kernel-size"):
        recipes = [recipe_from_options(cell.options) for cell in read_study(name).cells]
        assert [recipe.learning_rate for recipe in recipes[:2]] == [0.005, 0.0005]
        assert {recipe.schedule for recipe in recipes} == {"constant"}
    schedule = [cell.name for cell in read_study("schedule").cells]
    assert schedule[0] == "learning rate 0.005, schedule constant"
    assert len(schedule) == 4
    networks = [recipe_from_options(cell.options).network for cell in read_study("layers").cells]
    assert [len(network.filters) for network in networks] == [2, 4]


def test_the_papers_variants():
    recipes = {cell.name: recipe_from_options(cell.options) for cell in read_study("variants").cells}
    assert len(recipes) == 6
    assert recipes["DenseNet, pre-trained"].weights == "imagenet"
    assert recipes["Swin, adjust images"].network.resize == 224
    assert recipes["Swin, adjust model"].weights == "imagenet"
    assert recipes["Swin, modified FC"].weights is None
    assert len(recipes["Swin, custom FC"].network.head_widths) == 1
    for name, recipe in recipes.items():
        swin = name.startswith("Swin")
        assert (recipe.batch_size, recipe.learning_rate) == ((32, 1e-4) if swin else (64, 5e-4))
        assert recipe.schedule == ("constant" if swin else "exponential")


def test_a_description_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        """
        title = "Mine"
        [base]
        arch = "swin"
        seed = 7
        [grid]
        window = [4, 7]
        [[cells]]
        name = "CNN"
        arch = "cnn"
        """
    )
    study = read_study(str(path))
    assert (study.name, study.title) == ("mine", "Mine")
    assert [cell.name for cell in study.cells] == ["window 4", "window 7", "CNN"]
    assert all(cell.options["seed"] == 7 for cell in study.cells)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "Cannot read the study"),
        ("[grids]\nwindow = [4]", "found 'grids'"),
        ("title = 'empty'", "cells with a name"),
        ("[[cells]]\nname = 'a'\n[[cells]]\nname = 'a'", "cells with a name"),
    ],
)
def test_what_cannot_be_understood_is_a_clear_error(tmp_path, text, said):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(KerasStemError, match=said):
        read_study(str(path))
    with pytest.raises(KerasStemError, match="architectures, batch-size"):
        read_study("unheard-of")


def test_options_that_make_no_sense_are_clear_errors():
    with pytest.raises(KerasStemError, match="--kernel-size is not an option of swin"):
        recipe_from_options({"arch": "swin", "kernel_size": 5})
    with pytest.raises(KerasStemError, match="no option 'colour'"):
        recipe_from_options({"colour": 1})
    with pytest.raises(KerasStemError, match="variant of cnn to be one of none"):
        recipe_from_options({"arch": "cnn", "variant": "plain"})
    assert recipe_from_options({"arch": "swin", "kernel_size": 5}, strict=False).arch == "swin"
