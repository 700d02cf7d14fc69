"""Selection of the Keras backend, which is checked before Keras is imported."""

import importlib.util
import json
import os
from pathlib import Path

from keras_stem.errors import KerasStemError

BACKENDS = ("tensorflow", "jax", "torch")


def require_backend() -> None:
    """Raise `KerasStemError` if the selected backend is unsupported or not installed."""
    name, setting = _asked_for()
    known = ", ".join(BACKENDS)
    if name not in BACKENDS:
        raise KerasStemError(f"Expected one of {known} as the backend of Keras, found {name!r} in {setting}.")
    if importlib.util.find_spec(name) is None:
        extra = "keras_stem" if name == "tensorflow" else f"keras_stem[{name}]"
        raise KerasStemError(
            f"The backend {name} that {setting} asks for is not installed; install it with "
            f"pip install '{extra}', or set KERAS_BACKEND to another one of {known}."
        )


def settings_file() -> Path:
    """Return the path of the user's Keras configuration, whether or not it exists."""
    home = os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")  # noqa: PTH111 (raises without a home)
    return Path(home) / "keras.json"


def _asked_for() -> tuple[str, str]:
    """Return the selected backend and the setting that selects it, with the precedence of Keras."""
    if name := os.environ.get("KERAS_BACKEND"):
        return name, "KERAS_BACKEND"
    path = settings_file()
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["backend"]), str(path)
    except (OSError, ValueError, KeyError, TypeError):  # Keras passes over it, too
        return BACKENDS[0], "the default of Keras"
