"""Options of networks in the help."""

import pytest


@pytest.mark.parametrize(
    ("arch", "own", "others"),
    [
        ("cnn", ("--filters", "--kernel-size"), ("--dilations", "--embed-dim", "--blocks")),
        ("polar", ("--dilations", "--azimuths"), ("--filters", "--embed-dim", "--blocks")),
        ("swin", ("--embed-dim", "--depths"), ("--dilations", "--filters", "--blocks")),
    ],
)
def test_the_help_has_the_options_of_one_network(run, arch, own, others):
    for words in (("--arch", arch, "--help"), ("--help", "--arch", arch), (f"--arch={arch}", "--help")):
        told = run("fit", *words)
        first = [line.split()[0] for line in told.splitlines() if line.startswith("  --")]
        assert set(own) <= set(first)
        assert not set(others) & set(first)
    assert f"Network options are those of {arch};" in " ".join(told.split())


def test_an_option_of_another_network_is_told(run, scan_path):
    told = run("fit", scan_path, "--arch", "cnn", "--dilations", "1,2", status=1)
    assert "dilations" in told


def test_a_number_below_the_smallest_is_wrong_usage(run, scan_path):
    told = run("fit", scan_path, "--arch", "cnn", "--kernel-size", "0", status=2)
    assert "Invalid value for '--kernel-size'" in told
