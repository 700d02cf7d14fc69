"""Vocabulary of subsets and scores: names, titles, units, formats and definitions.

The tables of the terminal, the HTML reports and the MLflow metrics take their words from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """Word that appears in tables.

    Parameters
    ----------
    title
        Word as it appears.
    definition
        Meaning, as a phrase. Neighbouring terms of the same definition are explained together.
    """

    title: str
    definition: str


@dataclass(frozen=True)
class Quantity(Term):
    """Quantity with a column in the tables.

    Parameters
    ----------
    name
        Name of the MLflow metric, without the prefix of its subset.
    form
        Format of a value.
    unit
        Unit of a value; empty for shares, counts and other pure numbers.
    """

    name: str
    form: str
    unit: str = ""

    @property
    def head(self) -> str:
        """Head of the column: title and unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def text(self, value: float | None) -> str:
        """Return a value as the text of a cell, which is empty for None."""
        return "" if value is None else self.form.format(value)

    def text_with_unit(self, value: float) -> str:
        """Return a value with its unit, for a table that has no head."""
        space = "" if self.unit.startswith("°") else " "
        return f"{self.text(value)}{space}{self.unit}".rstrip()


DS_R = Term("DS_R", "positions whose labels have Q >= --min-q and R >= --min-r, which a training splits")
DS_VAL = Term("DS_Val", "patterns held out of DS_R, or simulated ones; the best weights are chosen on them")
DS_TEST = Term("DS_Test", "patterns held out of DS_R, or simulated ones; nothing is chosen on them")
DS_Q = Term("DS_Q", "all positions with Q >= --min-q, those of the training among them")
CLEAR = Term("clear", "positions of DS_Q where one grain has 80 % of the scattering (simulated scans)")
LABELS = Term("labels", "the reference is the orientation that the scan has for the position")
TRUTH = Term("truth", "the reference is the orientation that was simulated")
PATTERNS = Term("DPs", "number of diffraction patterns")
MODULO_180 = Term("modulo 180°", "the same, modulo the 180° in-plane ambiguity")

SUBSETS = (DS_R, DS_VAL, DS_TEST, DS_Q, CLEAR)
REFERENCES = (LABELS, TRUTH)
TRACKED = {"val": DS_VAL, "test": DS_TEST, "q": DS_Q}
"""Subsets that each training is scored on, by their keys in the names of MLflow metrics."""

_ANGLE = (
    "disorientation, the smallest rotation angle from the reference under the crystal's symmetry; P95 is its "
    "95th percentile"
)
_SHARE = "shares of the patterns with a smaller disorientation"
_EULER_ANGLES = (
    "coefficient of determination, mean absolute and mean squared error of the Euler angles, which differ "
    "for equivalent orientations, too"
)
_COVERAGE = "empirical coverage: shares of the errors below the bounds stated for 68 and 95 %"
_RATE = "diffraction patterns per second in training and in prediction"

DISORIENTATION = (
    Quantity("Median", _ANGLE, "median", "{:.2f}", "°"),
    Quantity("Mean", _ANGLE, "mean", "{:.2f}", "°"),
    Quantity("P95", _ANGLE, "p95", "{:.1f}", "°"),
    Quantity("< 1°", _SHARE, "under_1", "{:.1%}"),
    Quantity("< 2°", _SHARE, "under_2", "{:.1%}"),
    Quantity("< 5°", _SHARE, "under_5", "{:.1%}"),
)
R2 = Quantity("R²", _EULER_ANGLES, "r2", "{:.3f}")
R2_NEAREST = Quantity(
    "R² nearest", "R² of the equivalent predictions that are nearest to the reference", "r2_nearest", "{:.3f}"
)
MAE = Quantity("MAE", _EULER_ANGLES, "mae", "{:.2f}", "°")
MSE = Quantity("MSE", _EULER_ANGLES, "mse", "{:.0f}", "°²")
EULER = (R2, R2_NEAREST, MAE, MSE)
CONFIDENCE = (
    Quantity("Coverage 68 %", _COVERAGE, "covered_68", "{:.1%}"),
    Quantity("Coverage 95 %", _COVERAGE, "covered_95", "{:.1%}"),
    Quantity(
        "Spearman",
        "rank correlation of stated uncertainty and error: 1 is perfect, 0 is uninformative",
        "spearman",
        "{:.2f}",
    ),
    Quantity(
        "AURC",
        "area under the risk-coverage curve: the mean error of the most confident predictions, averaged over "
        "the share that is taken",
        "risk",
        "{:.2f}",
        "°",
    ),
)
COST = (
    Quantity("Parameters", "number of weights of the network", "parameters", "{:,.0f}"),
    Quantity("Epochs", "number of epochs of the training", "epochs", "{:.0f}"),
    Quantity("Needed", "epochs until DS_Val met the criterion of --stop", "epochs_to_criterion", "{:.0f}"),
    Quantity("Time", "duration of all epochs", "training_seconds", "{:.0f}", "s"),
    Quantity("Train", _RATE, "training_patterns_per_s", "{:.0f}", "DPs/s"),
    Quantity("Predict", _RATE, "prediction_patterns_per_s", "{:.0f}", "DPs/s"),
)


def final(subset: str) -> str:
    """Return the prefix of the MLflow metrics of the final scores on a subset, a key of `TRACKED`."""
    return f"final_{subset}"


def cells(quantities: Iterable[Quantity], values: Mapping[str, float], prefix: str = "") -> list[str]:
    """Return the texts of a row; cells of quantities without a value are empty.

    Parameters
    ----------
    quantities
        Quantities of the columns.
    values
        Values by name.
    prefix
        Prefix of the names.
    """
    return [quantity.text(values.get(prefix + quantity.name)) for quantity in quantities]


def defined(terms: Iterable[Term]) -> dict[str, str]:
    """Return the definitions by title; terms of the same definition share an entry ("MAE, MSE")."""
    titles: dict[str, list[str]] = {}
    for term in terms:
        titles.setdefault(term.definition, []).append(term.title)
    return {", ".join(together): definition for definition, together in titles.items()}


def explained(terms: Iterable[Term]) -> str:
    """Return the definitions as sentences."""
    return " ".join(f"{titles}: {meaning}." for titles, meaning in defined(terms).items())
