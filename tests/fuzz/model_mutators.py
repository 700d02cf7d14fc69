"""Changes of .keras files: the archive, the configuration, the card and the weights."""

import json
import zipfile
from pathlib import Path

import numpy as np
from fuzz.hdf5_mutators import mutate_hdf5
from fuzz.junk import OBJECTS, choose
from fuzz.text_mutators import flip, truncate

_BLANKS = 80 << 20
"""So large is a configuration that compresses well."""


def mutate_model(rng: np.random.Generator, path: Path) -> str:
    """Change a file at one place; return what was done."""
    mutator = choose(rng, _MUTATORS)
    return f"{mutator.__name__.strip('_')}({mutator(rng, path) or ''})"


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _archive(rng, path):
    change = choose(rng, (truncate, flip))
    path.write_bytes(change(rng, path.read_bytes()))


def _member(rng, path):
    members = _members(path)
    name = choose(rng, sorted(members))
    kind = int(rng.integers(3))
    if kind == 0:
        del members[name]
    elif kind == 1:
        members[name] = flip(rng, members[name])
    else:
        members[name] = b""
    _write(path, members)
    return name


def _places(node, where=()):
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*where, key)
            yield from _places(value, (*where, key))


def _changed(rng, plain, places):
    """Give one of some places another value, or none."""
    place = choose(rng, places)
    node = plain
    for key in place[:-1]:
        node = node[key]
    value = choose(rng, OBJECTS)
    if rng.random() < 0.3:
        del node[place[-1]]
        value = "nothing"
    else:
        node[place[-1]] = value
    return f"{'/'.join(map(str, place))}={str(value)[:30]}"


def _in_config(rng, path, places):
    members = _members(path)
    plain = json.loads(members["config.json"])
    done = _changed(rng, plain, places(plain))
    members["config.json"] = json.dumps(plain).encode()
    _write(path, members)
    return done


def _config(rng, path):
    return _in_config(rng, path, lambda plain: list(_places(plain)))


def _card(rng, path):
    return _in_config(rng, path, lambda plain: [place for place in _places(plain) if "card" in place])


def _card_field(rng, path):
    return _in_config(rng, path, lambda plain: [place for place in _places(plain) if "card" in place[-2:-1]])


def _bomb(rng, path):
    members = _members(path)
    members["config.json"] = members["config.json"] + b" " * _BLANKS
    _write(path, members, zipfile.ZIP_DEFLATED)


def _weights(rng, path):
    members = _members(path)
    file = path.with_name("weights-of-a-mutator.h5")
    file.write_bytes(members["model.weights.h5"])
    done = mutate_hdf5(rng, file)
    members["model.weights.h5"] = file.read_bytes()
    file.unlink()
    _write(path, members)
    return done


_MUTATORS = (_archive, _member, _config, _config, _card, _card, _card_field, _card_field, _weights, _bomb)
