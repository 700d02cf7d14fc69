"""Changes of text files: CIF, .ang, .ctf and .csv. Each takes a generator and the file's bytes."""

import re
from pathlib import Path

import numpy as np
from fuzz.junk import MARKUP, choose, number_text

_NUMBER = re.compile(rb"-?\d+\.?\d*(?:[eE][+-]?\d+)?")
_WORD = re.compile(rb"[A-Za-z_]{2,}")


def mutate_text(rng: np.random.Generator, path: Path) -> str:
    """Change a file at one to three places; return what was done."""
    data, done = path.read_bytes(), []
    for _ in range(int(rng.integers(1, 4))):
        mutator = choose(rng, _MUTATORS)
        data = mutator(rng, data)
        done.append(mutator.__name__.strip("_"))
    path.write_bytes(data)
    return "; ".join(done)


def truncate(rng, data):
    return data[: int(rng.integers(len(data) + 1))]


def flip(rng, data):
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 9)) if data else 0):
        changed[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _insert(rng, data):
    place = int(rng.integers(len(data) + 1))
    new = choose(
        rng, (b"\0", b"\xff\xfe", b"\n\n", b"'", b'"', b";", b"#", b"\t", b"loop_\n", b"data_x\n", b"9" * 400)
    )
    return data[:place] + new + data[place:]


def _lines(rng, data):
    """Repeat, remove or exchange lines."""
    lines = data.split(b"\n")
    first, second = (int(rng.integers(len(lines))) for _ in range(2))
    kind = int(rng.integers(4))
    if kind == 0:
        lines.insert(second, lines[first])
    elif kind == 1:
        del lines[first]
    elif kind == 2:
        lines[first], lines[second] = lines[second], lines[first]
    else:
        lines[first:first] = [lines[first]] * 300
    return b"\n".join(lines)


def _replaced(pattern, new, rng, data):
    found = list(pattern.finditer(data))
    if not found:
        return data
    match = choose(rng, found)
    return data[: match.start()] + new + data[match.end() :]


def _number(rng, data):
    return _replaced(_NUMBER, number_text(rng).encode(), rng, data)


def _head_number(rng, data):
    """Change a number of the header, of which there are few."""
    head, tail = data[:1500], data[1500:]
    return _replaced(_NUMBER, number_text(rng).encode(), rng, head) + tail


def _word(rng, data):
    return _replaced(_WORD, choose(rng, MARKUP).encode(), rng, data[:2000]) + data[2000:]


def _encoding(rng, data):
    text = data.decode("utf-8", errors="replace")
    return text.encode(choose(rng, ("utf-16", "utf-32", "utf-8-sig", "cp037")), errors="replace")


_MUTATORS = (
    truncate, flip, _insert, _lines, _lines, _number, _number, _head_number, _head_number, _word, _encoding,
)  # fmt: skip
