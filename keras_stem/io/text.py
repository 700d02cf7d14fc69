"""Reading of text files with any common encoding, line ending and decimal separator."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_stem.errors import KerasStemError

_ENDING = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories of control characters, surrogates, and line and paragraph separators."""


def one_line(text: str) -> str:
    """Return text with control characters and separators, including NUL, replaced by spaces."""
    plain = "".join(" " if unicodedata.category(sign) in _ENDING else sign for sign in text)
    return " ".join(plain.split())


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file in UTF-8, UTF-16 with a byte order mark, or Windows-1252.

    Raises
    ------
    KerasStemError
        If the file cannot be read or is not text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KerasStemError(f"Cannot read {path}: {error.strerror}.") from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").splitlines()
    if b"\0" in data[:4096]:
        raise KerasStemError(f"Expected a text file, found other data in {path}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    # Not splitlines, which also splits at characters that can occur in names.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def read_table(lines: Sequence[str], path: Path, delimiter: str | None = None) -> np.ndarray:
    """Return the numbers in lines of text, shape (rows, columns), accepting decimal commas.

    Parameters
    ----------
    lines
        Lines without a header; empty ones are skipped.
    path
        Path of the file, for messages.
    delimiter
        Delimiter of the numbers; white space by default.

    Raises
    ------
    KerasStemError
        If a line contains non-numeric text, or another number of columns than the first.
    """
    filled = [line for line in lines if line.strip()]
    if not filled:
        raise KerasStemError(f"Expected rows of numbers in {path}, found none.")
    if delimiter != "," and any("," in line for line in filled):
        filled = [line.replace(",", ".") for line in filled]
    try:
        return np.loadtxt(filled, ndmin=2, delimiter=delimiter, comments=None)
    except ValueError as error:
        raise KerasStemError(f"Expected rows of numbers in {path}, found {_found(str(error))}.") from error


def _found(reason: str) -> str:
    """Return a description of the invalid content, from the error message of NumPy."""
    text = re.match(r"could not convert string (.*) to float64 at row (\d+), column (\d+)", reason)
    if text:
        return f"{text[1]} in row {int(text[2]) + 1}, column {text[3]}"
    columns = re.match(r"the number of columns changed from (\d+) to (\d+) at row (\d+)", reason)
    return f"{columns[2]} columns in place of {columns[1]} in row {columns[3]}" if columns else reason
