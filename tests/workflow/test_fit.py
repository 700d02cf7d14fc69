"""Trainings that were interrupted, and go on."""

import dataclasses

import pytest
from crystals import write_cif
from simulated_training import RECIPE

from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.errors import KerasStemError
from keras_stem.training.state import last_interrupted
from keras_stem.workflow.fit import fit, resume

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("few_scored")]


@pytest.mark.slow
@pytest.mark.usefixtures("own_store")
def test_an_interrupted_simulated_training_is_resumed(monkeypatch):
    def interrupt(run, epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("keras_stem.tracking.run.TrackedRun.log_epoch", interrupt)
        with pytest.raises(KeyboardInterrupt, match="kstem fit --resume"):
            fit(recipe=RECIPE)
    assert last_interrupted().epochs in (1, 2)
    assert resume().epochs == 4


@pytest.mark.slow
@pytest.mark.usefixtures("own_store")
def test_a_training_is_not_resumed_with_another_crystal(monkeypatch, tmp_path):
    def interrupt(run, epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    path = write_cif(tmp_path / "Cu.cif", "F m -3 m", "3.6 3.6 3.6 90 90 90", ["Cu 0 0 0 1 0"])
    simulated = dataclasses.replace(RECIPE.data, crystal=CrystalFile(str(path)))
    with monkeypatch.context() as patch:
        patch.setattr("keras_stem.tracking.run.TrackedRun.log_epoch", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fit(recipe=dataclasses.replace(RECIPE, data=simulated))
    write_cif(path, "F m -3 m", "3.7 3.7 3.7 90 90 90", ["Cu 0 0 0 1 0"])
    with pytest.raises(KerasStemError, match=r"Cu\.cif has changed"):
        resume()
    write_cif(path, "F m -3 m", "3.6 3.6 3.6 90 90 90", ["Cu1+ 0 0 0 1 0"])
    assert resume().epochs == 4
