"""Folders are steps of the way from a scan file to a map: each imports only what stands before it."""

import ast
from pathlib import Path

import keras_stem

PACKAGE = Path(keras_stem.__file__).parent
ORDER = (
    *(
        "cluster",
        "crystal",
        "instrument",
        "io",
        "scan",
        "simulate",
        "indexing",
        "consensus",
        "pipeline",
        "networks",
        "heads",
        "models",
        "inference",
    ),
    *("metrics", "training", "tracking", "analysis", "figures", "report", "study", "workflow"),
)
"""As DESIGN has it, but for inference, which stands before training: a training scores and calibrates its
model on held-out patterns."""


def imported(path):
    """Yield the folders of the package from which a module imports, those inside of functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for parts in (name.split(".") for name in names):
            if parts[0] == "keras_stem" and len(parts) > 2:
                yield parts[1]


def test_every_folder_has_its_place():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - {"cli"} == set(ORDER)  # the commands, beside the checkout, come last


def test_folders_import_what_stands_before_them():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {folder}"
        for path in PACKAGE.rglob("*.py")
        if (own := path.relative_to(PACKAGE).parts[0]) in ORDER
        for folder in imported(path)
        if folder in ORDER and ORDER.index(folder) > ORDER.index(own)
    ]
    assert not wrong
