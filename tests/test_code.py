"""The size of files and functions, and the annotations of public functions."""

import ast
from pathlib import Path

import keras_stem
import keras_stem.cli

PACKAGES = (Path(keras_stem.__file__).parent, Path(keras_stem.cli.__file__).parent)
TESTS = Path(__file__).parent
MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 50


def sources(*folders):
    return {path: path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py")}


def functions(text):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]


def lines_of(function):
    return function.end_lineno - function.lineno + 1


def public_functions(body):
    """Yield the public functions of a module, and the public methods of its public classes."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_files_are_short():
    texts = sources(*PACKAGES, TESTS)
    long = {
        str(path): found for path, text in texts.items() if (found := text.count("\n")) > MOST_LINES_OF_A_FILE
    }
    assert not long


def test_functions_are_short():
    long = [
        f"{path}: {function.name}, {lines_of(function)} lines"
        for path, text in sources(*PACKAGES, TESTS).items()
        for function in functions(text)
        if lines_of(function) > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long


def test_public_functions_tell_what_they_return():
    """What they do is told by docstrings, which ruff demands."""
    silent = [
        f"{path}: {function.name}"
        for path, text in sources(*PACKAGES).items()
        for function in public_functions(ast.parse(text).body)
        if function.returns is None
    ]
    assert not silent
