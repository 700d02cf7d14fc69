"""Damaged ``.keras`` files are told in one line, before Keras builds anything."""

import zipfile

import pytest
from model_files import refusal, rewrite

pytestmark = pytest.mark.backend


def test_a_configuration_that_does_not_fit_into_memory_is_not_unpacked(file, untouched_keras):
    def blow_up(members):
        members["config.json"] += b" " * (65 << 20)

    rewrite(file, blow_up, zipfile.ZIP_DEFLATED)
    assert "Expected at most 64 MiB as config.json" in refusal(file)


@pytest.mark.parametrize("content", [b"", b"no archive", b"{", b"[" * 100_000, b"[]", b'{"config": []}'])
def test_other_configurations_are_refused(file, untouched_keras, content):
    rewrite(file, lambda members: members.update({"config.json": content}))
    assert str(file) in refusal(file)


def test_a_file_without_a_configuration_is_refused(file, untouched_keras):
    rewrite(file, lambda members: members.pop("config.json"))
    assert "Cannot read" in refusal(file)


def test_half_a_file_is_refused(file, untouched_keras):
    file.write_bytes(file.read_bytes()[:5000])
    assert "Cannot read" in refusal(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop("model.weights.h5"),
        lambda members: members.update({"model.weights.h5": members["model.weights.h5"][:3000]}),
    ],
)
def test_damaged_weights_are_told(file, change):
    rewrite(file, change)
    message = refusal(file)
    assert "weights are damaged" in message
    assert str(file) in message
