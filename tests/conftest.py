"""Tiny simulated scans, narrow networks, and a tracking store of the tests' own."""

import dataclasses
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pytest

from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan

COPPER_WITHOUT_SYMMETRY = """data_Cu
_cell_length_a 3.6
_cell_length_b 3.6
_cell_length_c 3.6
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
_symmetry_Int_Tables_number 1
loop_
_symmetry_equiv_pos_as_xyz
'x, y, z'
loop_
_atom_site_type_symbol
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Cu Cu0 0 0 0
Cu Cu1 0 0.5 0.5
Cu Cu2 0.5 0 0.5
Cu Cu3 0.5 0.5 0
"""


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Keep runs, interrupted states and caches of the tests away from the user's."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_STATE_HOME", str(home / "state"))
    patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home}/mlruns/mlflow.db")
    patch.chdir(home)
    yield home
    patch.undo()


@pytest.fixture(scope="session")
def simulation() -> Simulation:
    return Simulation(polycrystal=Polycrystal(shape=(16, 20), grains=5), camera=Camera(pixels=64), seed=3)


@pytest.fixture(scope="session")
def scan_path(simulation, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("scans") / "tiny.h5"
    simulate_scan(path, simulation)
    return path


@pytest.fixture
def scan(scan_path):
    with Scan(scan_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real files, which is not part of the repository."""
    folder = Path(os.environ.get("KERAS_STEM_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder of real files is not there")
    return folder


@pytest.fixture
def run():
    """Run ``kstem`` in this process; return what it printed, or the message of its error."""
    from click.testing import CliRunner

    from keras_stem.cli.main import program

    def run(*arguments, status=0):
        result = CliRunner().invoke(program, [str(argument) for argument in arguments])
        assert result.exit_code == status, (result.output, result.exception)
        return result.output + str(result.exception or "")

    return run


@pytest.fixture
def own_scan(scan_path, tmp_path) -> Path:
    """A copy of the tiny scan that a test may change."""
    return Path(shutil.copy(scan_path, tmp_path / "own.h5"))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def narrow_recipe():
    from keras_stem.networks.cnn.options import CNNConfig
    from keras_stem.training.options import paper_recipe

    network = CNNConfig(filters=(4,), widths=(16,))
    return dataclasses.replace(paper_recipe(), network=network, max_epochs=2, score_every=1, stop="never")


@pytest.fixture(scope="session")
def trained(scan_path, narrow_recipe, own_folders):
    """The result of one tracked training."""
    from keras_stem.workflow.fit import fit

    return fit(scan_path, narrow_recipe)


@pytest.fixture(scope="session")
def kstem() -> list[str]:
    """The command, as a program of its own."""
    return [sys.executable, "-c", "from keras_stem.cli.main import entry_point; entry_point()"]


@pytest.fixture
def copper_cif(tmp_path) -> Path:
    """A CIF file that lists the whole unit cell of a cubic crystal and says P 1."""
    path = tmp_path / "Cu.cif"
    path.write_text(COPPER_WITHOUT_SYMMETRY)
    return path


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """A store without runs, which takes seconds to make and no time to copy."""
    from keras_stem.tracking.store import connect

    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    connect(f"sqlite:///{path}")
    return path


@pytest.fixture
def own_store(empty_store, tmp_path_factory, monkeypatch) -> None:
    """Give a test that trains a store without the runs of other tests, and keep its runs out of theirs."""
    path = shutil.copy(empty_store, tmp_path_factory.mktemp("store") / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{path}")


@pytest.fixture
def few_scored(monkeypatch) -> None:
    """Score trainings on simulated patterns with few of them."""
    monkeypatch.setattr("keras_stem.training.data.SCORED_PATTERNS", 200)


@pytest.fixture(scope="session")
def learned(own_folders):
    """The result of one training on simulated patterns."""
    from simulated_training import RECIPE, train_simulated

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_stem.training.data.SCORED_PATTERNS", 200)
        result, state = train_simulated(RECIPE, "whole")
    state.discard()
    return result
