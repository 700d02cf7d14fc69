"""Files whose weights are only declared."""

import zipfile

import h5py
import pytest
from narrow_networks import SWIN

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.checkpoints import checkpoint_weights

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_weights_that_are_only_declared_are_refused_at_once(suffix, tmp_path):
    path = tmp_path / f"x{suffix}"
    network = build_model(SWIN, (64, 64, 1), 3)
    (network.save if suffix == ".keras" else network.save_weights)(path)
    stored = tmp_path / "model.weights.h5"
    if suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        stored.write_bytes(members[stored.name])
    else:
        stored = path
    with h5py.File(stored, "r+") as file:
        file.create_dataset("declared", (5, 10**6), "f4", chunks=(1, 4))
    if suffix == ".keras":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in (members | {stored.name: stored.read_bytes()}).items():
                archive.writestr(name, data)
    with pytest.raises(KerasStemError, match="incomplete"):
        checkpoint_weights(str(path), SWIN)
