"""What is in a ``.keras`` file, looked at before Keras builds a model of it."""

import json
import zipfile
from pathlib import Path
from typing import Any

from keras_stem.errors import KerasStemError
from keras_stem.models.card import ModelCard
from keras_stem.networks.weights_file import require_sound_weights

_CONFIG = "config.json"


def require_model_file(path: str | Path) -> None:
    """Raise `KerasStemError` unless a file is an archive of Keras of a sound size, with a card that is right.

    Parameters
    ----------
    path
        The file. Nothing of it is unpacked before its sizes are known.
    """
    require_sound_weights(path)
    try:
        with zipfile.ZipFile(path) as archive:
            plain = json.loads(archive.read(_CONFIG))
    except (OSError, KeyError, ValueError, RecursionError, zipfile.BadZipFile, NotImplementedError) as error:
        raise KerasStemError(f"Cannot read {path} as a Keras model; copy it again.") from error
    card = _card(plain)
    if card is None:
        raise KerasStemError(f"{path} is a Keras model, but was not saved by keras_stem.")
    try:
        ModelCard.from_dict(card)
    except KerasStemError as error:
        raise KerasStemError(f"Cannot read {path}: {error}") from error


def _card(plain: Any) -> Any:
    """Return the card of a configuration; None where there is none."""
    config = plain.get("config") if isinstance(plain, dict) else None
    return config.get("card") if isinstance(config, dict) else None
