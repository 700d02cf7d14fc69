"""A bar on a terminal, and lines of scored epochs elsewhere."""

import io

import pytest

from keras_stem.training.callbacks.progress import PrintScores, ShowProgress, training_progress

SCORED = {"loss": 0.5, "val_r2": 0.25, "val_median": 3.5}


@pytest.mark.parametrize(("terminal", "expected"), [(True, ShowProgress), (False, PrintScores)])
def test_a_terminal_has_a_bar(monkeypatch, terminal, expected):
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    file = io.StringIO()
    file.isatty = lambda: terminal
    monkeypatch.setattr("sys.stdout", file)
    assert type(training_progress("Training", 0)) is expected


def test_a_pipe_has_a_line_for_each_scored_epoch_at_once(monkeypatch):
    pipe = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(pipe, encoding="ascii"))
    lines = PrintScores()
    lines.set_params({"epochs": 4})
    for epoch, logs in enumerate([{"loss": 1.0}, SCORED, None, SCORED]):
        lines.on_epoch_end(epoch, logs)
        assert pipe.getvalue().count(b"\n") == (epoch + 1) // 2  # and not kept back in a buffer
    first, second = pipe.getvalue().decode().splitlines()
    assert first == "Training 2/4 epochs loss 5.0e-01  R2 0.250  3.50 deg 0:00:00"
    assert second.startswith("Training 4/4 epochs")
