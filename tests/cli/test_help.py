"""Help and import load nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = (
    "keras",
    "tensorflow",
    "jax",
    "torch",
    "mlflow",
    "orix",
    "matplotlib",
    "h5py",
    "numpy",
    "rich",
    "hdf5plugin",
)


@pytest.mark.parametrize(
    "code",
    [
        "import keras_stem",
        "import sys; sys.argv = ['kstem', '--help']; from keras_stem.cli.main import main; main()",
        "import sys; sys.argv = ['kstem', 'fit', '--help']; from keras_stem.cli.main import main; main()",
    ],
)
def test_nothing_heavy_is_loaded(code):
    tell = f"lambda: print('LOADED', *[m for m in {HEAVY} if m in sys.modules])"
    check = f"import atexit, sys; atexit.register({tell})"
    result = subprocess.run([sys.executable, "-c", f"{check}; {code}"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "LOADED"


def test_public_names_are_there():
    import keras_stem

    for name in keras_stem.__all__:
        assert getattr(keras_stem, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = keras_stem.nonsense
