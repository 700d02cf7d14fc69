"""Weights of files, of folders of Hugging Face, and of ImageNet."""

import json
import subprocess

import keras
import numpy as np
import pytest
from narrow_networks import DENSENET, SWIN

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.checkpoints import checkpoint_weights
from keras_stem.networks.swin import pretrained
from keras_stem.networks.transfer import transfer

pytestmark = pytest.mark.backend

HUGGING_FACE_CONFIG = {
    "architectures": ["SwinModel"],
    "model_type": "swin",
    "image_size": 224,
    "patch_size": 4,
    "num_channels": 3,
    "embed_dim": 12,
    "depths": [1, 2],
    "num_heads": [1, 2],
    "window_size": 7,
    "mlp_ratio": 4.0,
    "qkv_bias": True,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "drop_path_rate": 0.1,
}


@pytest.fixture(scope="module")
def hugging_face(tmp_path_factory):
    """A folder as Hugging Face stores a (small) Swin transformer, and its arrays."""
    numpy_files = pytest.importorskip("safetensors.numpy")
    folder = tmp_path_factory.mktemp("swin-small")
    (folder / "config.json").write_text(json.dumps(HUGGING_FACE_CONFIG))
    rng = np.random.default_rng(0)
    arrays = {}

    def add(name, *shape):
        arrays[name] = rng.normal(0, 0.1, shape).astype("float32")

    def add_layer(name, outputs, inputs):
        add(f"{name}.weight", outputs, inputs)
        add(f"{name}.bias", outputs)

    def add_norm(name, channels):
        add(f"{name}.weight", channels)
        add(f"{name}.bias", channels)

    add("embeddings.patch_embeddings.projection.weight", 12, 3, 4, 4)
    add("embeddings.patch_embeddings.projection.bias", 12)
    add_norm("embeddings.norm", 12)
    for stage, (channels, depth, heads) in enumerate(((12, 1, 1), (24, 2, 2))):
        for block in range(depth):
            prefix = f"encoder.layers.{stage}.blocks.{block}"
            add_norm(f"{prefix}.layernorm_before", channels)
            add_norm(f"{prefix}.layernorm_after", channels)
            for part in ("query", "key", "value"):
                add_layer(f"{prefix}.attention.self.{part}", channels, channels)
            add(f"{prefix}.attention.self.relative_position_bias_table", 169, heads)
            add_layer(f"{prefix}.attention.output.dense", channels, channels)
            add_layer(f"{prefix}.intermediate.dense", 4 * channels, channels)
            add_layer(f"{prefix}.output.dense", channels, 4 * channels)
    add_norm("encoder.layers.0.downsample.norm", 48)
    add("encoder.layers.0.downsample.reduction.weight", 24, 48)
    add_norm("layernorm", 24)
    numpy_files.save_file(arrays, folder / "model.safetensors")
    return folder, arrays


@pytest.mark.slow
def test_a_hugging_face_swin_is_read_whole(hugging_face):
    folder, arrays = hugging_face
    network = build_model(SWIN, (224, 224, 3), 3)
    done = transfer(network, checkpoint_weights(str(folder), SWIN), "folder")
    assert done.new == ["head/kernel", "head/bias"]
    assert done.summed == done.resampled == []
    found = {variable.path: keras.ops.convert_to_numpy(variable) for variable in network.variables}
    prefix = "encoder.layers.1.blocks.1"
    stacked = [arrays[f"{prefix}.attention.self.{part}.weight"] for part in ("query", "key", "value")]
    np.testing.assert_array_equal(
        found["stage_1_blocks_1/attn/attention_qkv/kernel"], np.concatenate(stacked).T
    )
    np.testing.assert_array_equal(
        found["stage_1_blocks_1/fc2/kernel"], arrays[f"{prefix}.output.dense.weight"].T
    )
    np.testing.assert_array_equal(found["norm/gamma"], arrays["layernorm.weight"])


@pytest.mark.slow
def test_fit_starts_from_a_hugging_face_swin(hugging_face, kstem, scan_path, own_store):
    network = ("--embed-dim", "12", "--depths", "1,2", "--heads", "1,2")
    options = (*network, "--weights", hugging_face[0], "--freeze", "1", "--max-epochs", "2")
    result = subprocess.run(
        [*kstem, "fit", scan_path, "--arch", "swin", "--variant", "adjust-model", *options],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    assert "1 summed over channels" in result.stdout
    assert "2 new (head/kernel, head/bias)" in result.stdout
    assert "2 epochs" in result.stdout


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_files_of_keras_are_read(suffix, tmp_path):
    source = build_model(SWIN, (128, 128, 3), 3)
    path = tmp_path / f"swin{suffix}"
    source.save(path) if suffix == ".keras" else source.save_weights(path)
    done = transfer(build_model(SWIN, (64, 64, 1), 3), checkpoint_weights(str(path), SWIN), str(path))
    assert len(done.summed) == 1
    assert done.new == []


def test_what_cannot_be_read_is_a_clear_error(tmp_path):
    for name in ("broken.keras", "broken.weights.h5", "weights.txt"):
        (tmp_path / name).write_text("none")
        with pytest.raises(KerasStemError, match=name):
            checkpoint_weights(str(tmp_path / name), SWIN)
    with pytest.raises(KerasStemError, match=r"found nothing at absent\.keras"):
        checkpoint_weights("absent.keras", SWIN)
    with pytest.raises(KerasStemError, match="Cannot read weights for swin"):
        checkpoint_weights(str(tmp_path), SWIN)
    with pytest.raises(KerasStemError, match="Expected a file as the weights of densenet"):
        checkpoint_weights(str(tmp_path), DENSENET)


@pytest.mark.parametrize(("config", "way"), [(SWIN, "Hugging Face"), (DENSENET, "notop.h5")])
def test_without_the_network_the_offline_ways_are_named(config, way, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError("the network refuses")

    monkeypatch.setattr(keras.applications, "DenseNet121", refuse)
    monkeypatch.setattr(pretrained, "from_folder", refuse)
    with pytest.raises(KerasStemError, match=f"the network refuses.*{way}.*models:/NAME/VERSION"):
        checkpoint_weights("imagenet", config)
