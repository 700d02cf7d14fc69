"""What the terms of the tables mean, below them and in the help."""

from collections.abc import Iterable

import click

WIDTH = 80
"""Of tables and definitions, characters."""

TERMS = {
    "DS_R": "positions whose labels have Q >= --min-q and R >= --min-r: what a training takes",
    "DS_Val": "patterns held out of DS_R, or simulated ones; the best weights are chosen on them",
    "DS_Test": "patterns held out of DS_R, or simulated ones; nothing is chosen on them",
    "DS_Q": "all positions with Q >= --min-q, those of the training among them",
    "clear": "positions of DS_Q where one grain has 80 % of the scattering (simulated scans)",
    "labels": "the reference is the orientation that the scan has for the position",
    "truth": "the reference is the orientation that was simulated",
    "DPs": "number of diffraction patterns",
    "Median, Mean, 95 %": "of the disorientation (°): the smallest rotation from the reference under the "
    "crystal's symmetry; 95 % is the 95th percentile",
    "< 1°, < 2°, < 5°": "shares of the patterns with a smaller disorientation",
    "half turn": "the same, modulo the 180° in-plane ambiguity",
    "R², MAE, MSE": "coefficient of determination, mean absolute and mean squared error of the Euler angles "
    "(°), which differ for equivalent orientations, too",
    "R² nearest": "R² of the equivalent predictions that are nearest to the reference",
    "Under 68 %, 95 %": "shares of the errors below the bounds that the model stated for 68 and 95 %",
    "Spearman": "rank correlation of stated uncertainty and error: 1 is perfect, 0 says nothing",
    "Risk": "AURC, the area under the risk-coverage curve: the mean error (°) of the surest predictions, "
    "averaged over how many are taken",
    "Needed": "epochs until DS_Val met the criterion of --stop",
    "Time": "of all epochs (s)",
    "Train, Predict": "patterns a second",
}
SCORES = ("Median, Mean, 95 %", "< 1°, < 2°, < 5°")
EULER = ("R², MAE, MSE", "R² nearest")
CONFIDENCE = ("Under 68 %, 95 %", "Spearman", "Risk")
COST = ("Needed", "Time", "Train, Predict")
EVALUATION = tuple(name for name in TERMS if name not in COST)


def definitions(names: Iterable[str]) -> str:
    """Return lines of at most 80 characters that define terms, keys of `TERMS`."""
    formatter = click.HelpFormatter(width=WIDTH)
    with formatter.indentation():
        formatter.write_dl([(name, TERMS[name]) for name in names])
    return formatter.getvalue()


class CommandWithTerms(click.Command):
    """A command whose help defines the terms of its tables."""

    def format_epilog(self, context, formatter) -> None:
        """Write the terms below the options."""
        with formatter.section("Terms"):
            formatter.write_dl([(name, TERMS[name]) for name in EVALUATION])
