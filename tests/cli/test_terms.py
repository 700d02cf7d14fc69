"""Definitions below tables."""

from keras_stem.cli.terms import EVALUATION, WIDTH, definitions
from keras_stem.metrics import vocabulary


def test_each_term_has_its_definition_within_the_width_of_the_tables():
    lines = definitions(EVALUATION).splitlines()
    assert max(map(len, lines)) <= WIDTH
    told = " ".join(" ".join(lines).split())
    for titles, meaning in vocabulary.defined(EVALUATION).items():
        assert f"{titles} {meaning}" in told
