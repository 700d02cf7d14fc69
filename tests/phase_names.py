"""Names of phases in many scripts, for tests. Not a test itself."""

NAMES = (
    "gamma'",
    "γ'",
    "γ''",
    "α-Fe",
    'a"b',
    "<x&y>",
    "50% $Ni$",
    "Ni3Al (γ')",
    "x/y:z",
    " lead ",
    "奥氏体",
    "[bold]x[/bold]",
    "a@b?c#d\\e",
    "..",
)
