"""Early-stopping criterion: a score on DS_Val above or below a bound."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from keras_stem.errors import KerasStemError

NEVER = "never"
_STATISTICS = ("median", "mean", "p95", "geometric")
_NAMES = {
    **{f"{name}-disorientation": name for name in _STATISTICS},
    **{f"pattern-{name}-disorientation": f"pattern_{name}" for name in _STATISTICS},
    **{name.replace("_", "-"): name for name in ("under_1", "under_2", "under_5", "r2", "r2_nearest")},
    **{name: name for name in ("mae", "mse")},
}
"""Names of the scores in `Scores.named`, by their names in a criterion."""


@dataclass(frozen=True)
class Criterion:
    """Early-stopping criterion, given by a score and its bound.

    Parameters
    ----------
    score
        Name of a score of `keras_stem.metrics.scores.Scores`; empty if there is no criterion.
    above
        Whether the score has to be above (True) or below (False) the bound.
    bound
        Bound of the score.
    """

    score: str
    above: bool
    bound: float

    @classmethod
    def parse(cls, text: str) -> "Criterion":
        """Parse a criterion such as ``r2>0.95``, ``median-disorientation<1`` or ``never``.

        Raises
        ------
        KerasStemError
            If the score is unknown or the bound is missing.
        """
        if text == NEVER:
            return cls("", True, float("inf"))
        found = re.fullmatch(r"\s*([\w-]+)\s*([<>])\s*(-?\d*\.?\d+(?:e-?\d+)?)\s*", text)
        if found is None or found[1] not in _NAMES:
            raise KerasStemError(
                f"Expected {NEVER}, or one of {', '.join(_NAMES)} with > or < and a number, found {text!r}."
            )
        return cls(_NAMES[found[1]], found[2] == ">", float(found[3]))

    def met(self, logs: Mapping[str, float]) -> bool:
        """Return whether the scores on DS_Val in the logs of an epoch meet the criterion."""
        value = logs.get(f"val_{self.score}")
        return value is not None and (value > self.bound if self.above else value < self.bound)
