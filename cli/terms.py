"""Definitions of the terms in tables, printed below them and in the help."""

from collections.abc import Iterable

import click

from keras_stem.metrics import vocabulary

WIDTH = 80
"""Width of tables and definitions (characters)."""

EVALUATION = (
    *vocabulary.SUBSETS,
    *vocabulary.REFERENCES,
    vocabulary.PATTERNS,
    *vocabulary.DISORIENTATION,
    vocabulary.MODULO_180,
    *vocabulary.EULER,
    *vocabulary.CONFIDENCE,
)
"""Terms in the tables of an evaluation."""


def definitions(terms: Iterable[vocabulary.Term]) -> str:
    """Return the definitions of terms as lines of at most 80 characters."""
    formatter = click.HelpFormatter(width=WIDTH)
    with formatter.indentation():
        formatter.write_dl(list(vocabulary.defined(terms).items()))
    return formatter.getvalue()


class CommandWithTerms(click.Command):
    """Command whose help defines the terms of its tables."""

    def format_epilog(self, context, formatter) -> None:
        """Write the terms below the options."""
        with formatter.section("Terms"):
            formatter.write_dl(list(vocabulary.defined(EVALUATION).items()))
