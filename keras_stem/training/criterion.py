"""When a model is good enough: a score on DS_Val above or below a bound."""

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
"""As they are written, and as `Scores.named` calls them."""


@dataclass(frozen=True)
class Criterion:
    """A score and its bound.

    Parameters
    ----------
    score
        Name of the score among those of `keras_stem.metrics.scores.Scores`; empty for none.
    above
        Whether the score has to be above the bound, or below it.
    bound
        The bound.
    """

    score: str
    above: bool
    bound: float

    @classmethod
    def parse(cls, text: str) -> "Criterion":
        """Return the criterion that is written as ``r2>0.95``, ``median-disorientation<1`` or ``never``.

        Raises
        ------
        KerasStemError
            If there is no such score, or no bound.
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
        """Whether the scores on DS_Val among an epoch's logs meet the criterion."""
        value = logs.get(f"val_{self.score}")
        return value is not None and (value > self.bound if self.above else value < self.bound)
