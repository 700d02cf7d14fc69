"""Changes of HDF5 files: scans and orix maps. Each takes a generator and an open file."""

from pathlib import Path

import h5py
import numpy as np
from fuzz.junk import MARKUP, NUMBERS, TEXTS, choose

_HUGE = 10**6

_TYPES = (
    np.complex64, np.float16, np.float32, np.int8, np.int64, np.uint64, bool, ">f8", "V7", "S3",
    [("r", "f4"), ("i", "f4")], h5py.string_dtype(), h5py.vlen_dtype(np.int32),
    h5py.enum_dtype({"a": 1, "b": 2}), h5py.ref_dtype,
)  # fmt: skip


def mutate_hdf5(rng: np.random.Generator, path: Path) -> str:
    """Change a file at one to three places; return what was done."""
    done = []
    with h5py.File(path, "r+") as file:
        for _ in range(int(rng.integers(1, 4))):
            mutator = choose(rng, _MUTATORS)
            name = mutator.__name__.strip("_")
            try:
                done.append(f"{name}({mutator(rng, file)})")
            except (TypeError, OSError, ValueError) as error:  # what an earlier change made impossible
                done.append(f"{name} (refused: {error})")
    return "; ".join(done)


def _objects(rng: np.random.Generator, file: h5py.File, kind: type = object) -> list[str]:
    """Return the names of what is in a file; of its many atoms and metadata only now and then."""
    names: list[str] = []
    file.visititems(lambda name, found: names.append(name) if isinstance(found, kind) else None)
    many = ("/atoms/", "original_metadata")
    few = [name for name in sorted(names) if not any(part in name for part in many)]
    return (few if rng.random() < 0.85 else sorted(names)) or ["absent"]


def _delete(rng, file):
    name = choose(rng, _objects(rng, file))
    file.pop(name, None)
    return name


def _rename(rng, file):
    name = choose(rng, _objects(rng, file))
    new = choose(rng, ("other", *MARKUP, "\u00e9", "x" * 300)).replace("/", "|")
    parent = name.rpartition("/")[0]
    if name in file and f"{parent}/{new}" not in file:
        file.move(name, f"{parent}/{new}")
    return f"{name} to {new[:20]}"


def _retype(rng, file):
    name, kind = choose(rng, _objects(rng, file, h5py.Dataset)), choose(rng, _TYPES)
    shape = file[name].shape if name in file else (2,)
    file.pop(name, None)
    file.create_dataset(name, shape=shape, dtype=kind)
    return f"{name} as {kind}"


def _resize(rng, file):
    name = choose(rng, _objects(rng, file, h5py.Dataset))
    if name not in file or not isinstance(file[name], h5py.Dataset) or file[name].shape is None:
        return "nothing"
    values = file[name][()]
    values = np.asarray(values)
    flat = values.ravel()
    new = choose(
        rng,
        (
            flat[:0], flat[:1], flat[:-1], np.concatenate([flat, flat[:1]]), values[None], values.T,
            flat.reshape(-1, 1), np.stack([values, values]), flat[:1].reshape(()) if flat.size else flat,
            h5py.Empty("f4"),
        ),
    )  # fmt: skip
    attributes = dict(file[name].attrs)
    del file[name]
    file[name] = new
    file[name].attrs.update(attributes)
    return f"{name} to {getattr(new, 'shape', 'empty')}"


def _spoil(rng, file):
    """Put one absurd number among the values."""
    name, value = choose(rng, _objects(rng, file, h5py.Dataset)), choose(rng, NUMBERS)
    if name in file and isinstance(file[name], h5py.Dataset) and file[name].dtype.kind in "iufb":
        values = np.array(file[name][()])
        if values.size:
            with np.errstate(all="ignore"):
                values.flat[int(rng.integers(values.size))] = np.array(value).astype(values.dtype)
            file[name][...] = values
    return f"{name} has {value}"


def _text(rng, file):
    """Put absurd text, or bytes that are no UTF-8, where text stands."""
    texts = [
        name for name in _objects(rng, file, h5py.Dataset) if name in file and file[name].dtype.kind in "SO"
    ]
    name = choose(rng, texts or ["new"])
    value = choose(rng, (*(text.encode() for text in TEXTS), b"\xff\xfe\x80", b"{", b'{"phase": []}'))
    file.pop(name, None)
    file[name] = np.array([value + b"\0"]) if rng.random() < 0.7 else value.decode(errors="replace")
    return f"{name}: {value[:20]!r}"


def _attribute(rng, file):
    places = [
        (name, key)
        for name in ["/", *_objects(rng, file)]
        if name in file
        for key in sorted(file[name].attrs)
    ]
    if not places:
        return "none"
    name, key = choose(rng, places)
    value = choose(
        rng,
        (
            *TEXTS[:-2], *NUMBERS, np.zeros(0), np.zeros((2, 2)), np.array(["a", "b"], dtype=object), 1j,
            np.bytes_(b"\xff\xfe\x80"), h5py.Empty("f8"), "DELETE", np.bytes_(b"nm"), [1, 2, 3], True,
        ),
    )  # fmt: skip
    del file[name].attrs[key]
    if not (isinstance(value, str) and value == "DELETE"):
        if isinstance(value, np.ndarray) and value.dtype == object:
            file[name].attrs.create(key, value, dtype=h5py.string_dtype())
        else:
            file[name].attrs[key] = value
    return f"{name}@{key}={str(value)[:20]!r}"


def _link(rng, file):
    name = choose(rng, _objects(rng, file))
    parent = name.rpartition("/")[0] or "/"
    if parent not in file:
        return "nothing"
    link = choose(
        rng,
        (
            h5py.SoftLink(f"/{name}"), h5py.SoftLink("/absent"), h5py.ExternalLink("absent.h5", "/x"),
            h5py.SoftLink("/"), h5py.ExternalLink(str(Path(file.filename).name), f"/{name}"),
        ),
    )  # fmt: skip
    file.pop(name, None)
    file[name] = link
    return f"{name} is a {type(link).__name__} to {link.path}"


def _circle(rng, file):
    name = choose(rng, _objects(rng, file, h5py.Group))
    if name in file and isinstance(file[name], h5py.Group):
        file[name].pop("circle", None)  # of an earlier change
        file[name]["circle"] = file[name] if rng.random() < 0.5 else file["/"]
    return name


def _declare(rng, file):
    """Declare a size that no machine holds; not a byte of it is stored."""
    name = choose(rng, _objects(rng, file, h5py.Dataset))
    old = file.get(name)
    dimensions = 4 if name.endswith("/data") else max(1, getattr(old, "ndim", 1) or 1)
    chosen = rng.random(dimensions) < 0.6
    shape = tuple(_HUGE ** (2 if dimensions == 1 else 1) if big else 5 for big in chosen)
    attributes = dict(old.attrs) if isinstance(old, h5py.Dataset) else {}
    kind = old.dtype if isinstance(old, h5py.Dataset) and old.dtype.kind in "iuf" else "f4"
    file.pop(name, None)
    file.create_dataset(name, shape=shape, dtype=kind, chunks=(1,) * (dimensions - 1) + (4,))
    file[name].attrs.update(attributes)
    return f"{name} of {shape}"


def _swap_kind(rng, file):
    """Put a group where a data set was, or the other way round."""
    name = choose(rng, _objects(rng, file))
    if name in file:
        group = isinstance(file[name], h5py.Group)
        del file[name]
        if group:
            file[name] = 1.0
        else:
            file.create_group(name)
    return name


_MUTATORS = (
    _delete, _rename, _retype, _retype, _resize, _resize, _resize, _spoil, _spoil, _text, _text, _attribute,
    _attribute, _attribute, _link, _circle, _declare, _swap_kind,
)  # fmt: skip
