"""Numbers of options: finite, and in the range that makes sense."""

import math

import click

SMALLEST = 1e-9
"""No length, angle or other quantity of an option is above 0 and below this number."""


class FiniteFloat(click.FloatRange):
    """Number that is neither infinite nor NaN, nor so small that it can only be a mistake."""

    name = "float"

    def convert(self, value, param, ctx):  # noqa: D102
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, found {value}.", param, ctx)
        if 0 < abs(number) < SMALLEST:
            self.fail(f"expected 0 or a number of at least {SMALLEST:g}, found {value}.", param, ctx)
        return number

    def _describe_range(self) -> str:
        return "" if self.min is None and self.max is None else super()._describe_range()


FINITE = FiniteFloat()
POSITIVE = FiniteFloat(0, min_open=True)
BEAM_ENERGY = FiniteFloat(1, 10_000)
"""kV."""
