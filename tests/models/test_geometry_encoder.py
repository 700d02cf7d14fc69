"""A network of another package that takes the geometry of the detector as a second input."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from seeing import SeeingConfig

from keras_stem.models.geometry_encoder import GeometryEncoder
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan

pytestmark = pytest.mark.backend


def test_a_network_that_takes_the_geometry_of_the_detector(scan, narrow_recipe, tmp_path):
    keras.utils.set_random_seed(0)
    recipe = dataclasses.replace(narrow_recipe, network=SeeingConfig())
    data = prepare_scan(scan, recipe.data, recipe.seed)
    model = assemble(data, recipe, head_of(recipe, data.symmetry))
    assert isinstance(model.encoder, GeometryEncoder)
    counts = scan.read(np.arange(6))[..., None].astype("float32")
    alone = model.predict(counts, verbose=0)["euler"]
    own = np.tile(np.float32(data.instrument.geometry), (6, 1))
    given, other = (ops.convert_to_numpy(model([counts, pair])["euler"]) for pair in (own, 2 * own))
    np.testing.assert_allclose(given, alone, atol=1e-5)
    assert np.abs(other - alone).max() > 1e-3
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(loaded.predict(counts, verbose=0)["euler"], alone, atol=1e-5)
    model.encoder.compile("adam", head_of(recipe, data.symmetry).loss())
    model.encoder.fit(counts, np.zeros((6, 3), "float32"), verbose=0)
