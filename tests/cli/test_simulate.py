"""``kstem simulate``."""

import subprocess
import time

import pytest


def test_a_scan_larger_than_the_disk(fails, tmp_path):
    assert "GiB left" in fails("simulate", tmp_path / "scan.h5", "--shape", "20000", "--detector", "512")


@pytest.mark.parametrize("value", ["inf", "nan"])
@pytest.mark.parametrize(
    "option", ["--detector-radius", "--spread", "--overlap", "--vacuum", "--step", "--dose", "--drift"]
)
def test_sizes_of_a_simulation_that_are_no_numbers(option, value, run, tmp_path):
    told = run("simulate", tmp_path / "out.h5", option, value, status=2)
    assert f"Invalid value for '{option}'" in told
    assert not (tmp_path / "out.h5").exists()


@pytest.mark.slow
def test_processes_that_simulated_do_not_delay_the_end(kstem, tmp_path):
    arguments = ("simulate", tmp_path / "scan.h5", "--shape", "6x6", "--grains", "2", "--workers", "2")
    begun = time.monotonic()
    program = subprocess.Popen([*kstem, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    for line in program.stdout:
        if "Wrote" in line:
            break
    written = time.monotonic()
    assert program.wait(200) == 0
    assert time.monotonic() - written < max(60, written - begun)  # idle processes end after 300 s


@pytest.mark.backend
@pytest.mark.usefixtures("own_store")
def test_simulate_then_info(run, tmp_path):
    path = tmp_path / "scan.h5"
    run(
        "simulate",
        path,
        "--shape",
        "12x10",
        "--grains",
        "3",
        "--seed",
        "5",
        "--drift",
        "1",
        "--hot-pixels",
        "1",
    )
    told = run("info", path)
    for part in (
        "12 x 10",
        "step 5 nm",
        "64 x 64",
        "0.05 1/Å",
        "300 kV",
        "LiNiO2",
        "-3m",
        "DS_R",
        "precession",
    ):
        assert part in told
