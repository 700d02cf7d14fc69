"""A small training on simulated patterns, for tests. Not a test itself."""

from simulated import PURE, SMALL

from keras_stem.networks.polar.options import PolarConfig
from keras_stem.training.data import prepare_simulation
from keras_stem.training.data_settings import SimulatedData
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import RunState
from keras_stem.training.train import train

TINY = PolarConfig(radii=8, azimuths=24, channels=8, dilations=(1, 3))

RECIPE = Recipe(
    network=TINY,
    data=SimulatedData(instrument=SMALL, nuisances=PURE, patterns=600),
    learning_rate=5e-3,
    max_epochs=4,
    score_every=2,
)


def train_simulated(recipe, name, on_epoch=lambda epoch, logs: None, state=None):
    """Train by a recipe under a name, and return the result and the state."""
    state = state or RunState(name, "", recipe.to_dict())
    state.save()
    data = prepare_simulation(recipe.data, recipe.seed)
    return train(data, recipe, state, on_epoch, verbose=False), state
