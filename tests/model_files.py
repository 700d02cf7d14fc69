"""Changes of saved models, for tests. Not a test itself."""

import zipfile

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.models.orientation_model import load_keras_file


def rewrite(path, change, compression=zipfile.ZIP_STORED):
    """Write an archive again after a change of its members, a dictionary of names and bytes."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def refusal(path):
    with pytest.raises(KerasStemError) as error:
        load_keras_file(path)
    assert "\n" not in str(error.value)
    return str(error.value)
