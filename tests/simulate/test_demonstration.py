"""The demonstration scan in the cache of the user."""

from keras_stem.simulate import demonstration
from keras_stem.simulate.demonstration import DEMONSTRATION, demonstration_path, demonstration_scan


def test_the_scan_is_simulated_once(monkeypatch):
    made = []

    def simulate(path, settings, progress):
        made.append(settings)
        path.write_text("scan")

    monkeypatch.setattr(demonstration, "simulate_scan", simulate)
    path = demonstration_path()
    path.unlink(missing_ok=True)
    try:
        assert demonstration_scan() == demonstration_scan() == path
        assert path.read_text() == "scan"
        assert made == [DEMONSTRATION]
    finally:
        path.unlink(missing_ok=True)


def test_other_settings_have_another_file(monkeypatch):
    before = demonstration_path()
    monkeypatch.setattr(demonstration, "DEMONSTRATION", "other settings")
    assert demonstration_path() != before
    assert demonstration_path().parent == before.parent
