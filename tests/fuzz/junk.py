"""Values that nobody meant: what stands in their place in files and on the command line."""

import numpy as np

MARKUP = ("[/b]", "$x^$", r"$\frac{$", "[red]x[/", ":smile:", "<b>&amp;", "{0}%s")
"""Names that rich, matplotlib, HTML or format strings would read as their own language."""

TEXTS = (*MARKUP, "", " ", "nan", "-inf", "1e400", "9" * 40, "None", "\u202e\u00e9\u4e2d", "a" * 5000, "../x")

NUMBERS = (0, -1, 1, 0.5, -0.0, 1e308, -1e308, 1e-308, float("nan"), float("inf"), 2**31, 2**63 - 1)

OBJECTS = (
    None,
    True,
    "",
    "text",
    "[/b]",
    0,
    -1,
    1e308,
    float("nan"),
    2**70,
    [],
    {},
    [None],
    ["a", 1],
    {"a": {}},
)
"""Of JSON."""


def number_text(rng: np.random.Generator) -> str:
    """Return a number, or nearly one, as it may stand in a text file."""
    choices = (
        "nan",
        "inf",
        "-1",
        "0",
        "1e400",
        "-1e300",
        "99999999999",
        "1e-300",
        "x",
        "1,5",
        "",
        "0x1",
        "--",
    )
    return str(rng.choice(choices))


def choose(rng: np.random.Generator, values):
    """Return one of some values, as it is; NumPy's choice would turn them into an array."""
    values = list(values)
    return values[int(rng.integers(len(values)))]
