"""Results of blocks from the workers of a cluster."""

import re
import time

import pytest
from cluster_processes import started
from cluster_tasks import DiesOnce, Missing, Squares
from distributed import Client

from keras_stem.cluster.blocks import LOST, results_of
from keras_stem.cluster.connection import connected
from keras_stem.errors import KerasStemError


def test_results_have_the_order_of_the_blocks(client, tmp_path):
    found = list(results_of(client, Squares(str(tmp_path), 0.02), range(20)))
    assert found == [number**2 for number in range(20)]


def test_a_task_is_made_ready_once_by_each_worker(client, tmp_path):
    list(results_of(client, Squares(str(tmp_path)), range(20)))
    processes = [path.name.split("-")[1] for path in tmp_path.glob("ready-*")]
    assert 1 <= len(processes) == len(set(processes)) <= 2


def test_blocks_are_sent_as_they_are_needed(client, tmp_path):
    results = results_of(client, Squares(str(tmp_path)), range(1000))
    for _ in range(5):
        next(results)
    time.sleep(0.5)
    results.close()
    assert len(list(tmp_path.glob("done-*"))) < 30


def test_an_error_names_the_worker(client):
    with pytest.raises(KerasStemError, match=r"Worker tcp://\S+: Expected a scan, .* /no/scan.h5\."):
        list(results_of(client, Missing(), range(5)))


def test_the_block_of_a_worker_that_dies_is_repeated(tmp_path):
    with connected(workers=2) as own:
        assert list(results_of(own, DiesOnce(str(tmp_path)), range(8))) == [k**2 for k in range(8)]
    assert (tmp_path / "died").exists()


def test_a_scheduler_that_dies_is_told_in_one_line(tmp_path):
    with started(tmp_path, 1) as processes, connected(processes.address) as own:
        results = results_of(own, Squares(str(tmp_path), 0.1), range(100))
        assert next(results) == 0
        processes.scheduler.kill()
        with pytest.raises(KerasStemError, match=re.escape(LOST)):
            list(results)


def test_a_scheduler_that_is_not_there(monkeypatch):
    monkeypatch.setattr("keras_stem.cluster.connection.SECONDS", 1)
    expected = pytest.raises(
        KerasStemError, match="Expected a running Dask scheduler, found none at tcp://127"
    )
    with expected, connected("tcp://127.0.0.1:9"):
        pass


def test_a_client_of_a_notebook_is_left_open(client, tmp_path):
    list(results_of(client, Squares(str(tmp_path)), range(3)))
    assert isinstance(client, Client)
    assert client.status == "running"
