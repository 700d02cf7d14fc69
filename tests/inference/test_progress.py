"""The bar over patterns."""

import pytest

from keras_stem.inference.progress import blocks_progress


@pytest.mark.parametrize(("verbose", "shown"), [(True, "Predicting"), (False, "")])
def test_the_bar_counts_patterns_only_if_it_is_wanted(capsys, verbose, shown):
    with blocks_progress("Predicting", 40, verbose) as advance:
        advance(32)
        advance(8)
    told = capsys.readouterr().out
    assert told.strip()[: len("Predicting")] == shown
    assert ("40/40 patterns" in told) == verbose
