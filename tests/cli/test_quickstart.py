"""``kstem quickstart``."""

import pytest

from keras_stem.cli.main import summary


def test_quickstart_names_the_network_that_it_fits():
    from keras_stem.training.recipe import Recipe

    assert f"the {Recipe().arch} network" in summary("quickstart")


@pytest.mark.backend
@pytest.mark.usefixtures("own_store")
@pytest.mark.slow
def test_quickstart(run, monkeypatch, simulation, tmp_path):
    monkeypatch.setattr("keras_stem.simulate.demonstration.DEMONSTRATION", simulation)
    told = run("quickstart", "--out", tmp_path / "quick", "--max-epochs", "1")
    assert "kstem ui" in told
    for name in ("scan.h5", "ipf_z.png", "comparison.png", "map.h5", "map.ang"):
        assert (tmp_path / "quick" / name).exists()
