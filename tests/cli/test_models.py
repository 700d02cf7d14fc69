"""``kstem models``."""

from keras_stem.tracking.store import connect


def test_models_of_other_programs_do_no_harm(trained, run):
    client = connect()
    client.create_registered_model("theirs' \"[b]")
    try:
        client.create_model_version("theirs' \"[b]", "file:///theirs")
        told = run("models")
    finally:
        client.delete_registered_model("theirs' \"[b]")
    assert trained.model_uri in told
    assert "theirs" not in told
