import dataclasses

import keras
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.heads.euler import EulerDecoder
from keras_stem.models.layers import LogScale, UnitScale
from keras_stem.models.orientation_model import load_keras_file
from keras_stem.scan.detector import Detector
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan

pytestmark = pytest.mark.backend


@pytest.fixture
def model(scan, narrow_recipe):
    keras.utils.set_random_seed(0)
    data = prepare_scan(scan, narrow_recipe.data, narrow_recipe.seed)
    return assemble(data, narrow_recipe, head_of(narrow_recipe, data.symmetry))


def test_preprocessing_is_logarithm_then_unit_range(rng):
    counts = rng.poisson(50, (3, 8, 8, 1)).astype("float32")
    counts[2] = 7.0
    scaled = np.asarray(keras.ops.convert_to_numpy(UnitScale()(LogScale()(counts))))
    logarithm = np.log1p(counts[:2])
    low, high = logarithm.min((1, 2, 3), keepdims=True), logarithm.max((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(scaled[:2], (logarithm - low) / (high - low), atol=1e-6)
    assert not scaled[2].any()  # a flat pattern


def test_decoder_multiplies_by_the_ranges():
    decoded = EulerDecoder([6.0, 1.5, 2.0])(np.array([[0.5, 1.0, -0.1]]))["euler"]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(decoded), [[3.0, 1.5, -0.2]], rtol=1e-6)


def test_a_saved_model_is_whole(tmp_path, model, scan):
    counts = scan.read(np.arange(20))[..., None].astype("float32")
    expected = model.predict(counts, verbose=0)["euler"]
    model.save(tmp_path / "model.keras")
    loaded = load_keras_file(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(counts, verbose=0)["euler"], expected, atol=1e-6)
    card = loaded.card
    assert card.load_phase().point_group.name == "-3m"
    assert card.point_group == "32"
    assert card.fingerprint == scan.fingerprint
    assert card.detector == scan.info.detector
    assert (card.arch, card.target) == ("cnn", "euler")
    assert dataclasses.asdict(card)["recipe"]["network"]["kernel_size"] == 3


def test_an_empty_pattern_gives_finite_angles(model):
    assert np.isfinite(model.predict(np.zeros((2, 64, 64, 1)), verbose=0)["euler"]).all()


@pytest.mark.parametrize(
    ("detector", "binning"),
    [
        (Detector((64, 64), 0.05), 1),
        (Detector((256, 256), 0.0125), 4),
        (Detector((64, 64), 0.0504), 1),
    ],
)
def test_patterns_that_fit_are_taken(model, detector, binning):
    assert model.card.binning_for(detector) == binning


@pytest.mark.parametrize(
    ("detector", "problem"),
    [
        (Detector((96, 96), 0.05), "integer multiple"),
        (Detector((32, 32), 0.1), "integer multiple"),
        (Detector((64, 128), 0.05), "integer multiple"),
        (Detector((64, 64), 0.0506), "camera length"),
        (Detector((64, 64), float("nan")), "no reciprocal calibration"),
    ],
)
def test_patterns_that_do_not_fit_are_refused(model, detector, problem):
    with pytest.raises(KerasStemError, match=problem):
        model.card.binning_for(detector)


def test_what_is_no_model_is_a_clear_error(tmp_path):
    with pytest.raises(KerasStemError, match="nothing at"):
        load_keras_file(tmp_path / "absent.keras")
    (tmp_path / "broken.keras").write_bytes(b"no zip file")
    with pytest.raises(KerasStemError, match="Cannot read"):
        load_keras_file(tmp_path / "broken.keras")
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(tmp_path / "other.keras")
    with pytest.raises(KerasStemError, match="not saved by keras_stem"):
        load_keras_file(tmp_path / "other.keras")
